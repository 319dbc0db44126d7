/// JSON as it was written: no meaning is given to members whose names begin with `$`.
///
/// Objects keep the order of the text and have no name twice.
package enum JSONValue: Hashable, Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case boolean(Bool)
    /// A number without `.`, `e` and `E`, from 0 to 2^64 − 1.
    case unsigned(UInt64)
    /// A number without `.`, `e` and `E`, from −2^63 to −1.
    case negative(Int64)
    /// A number with `.`, `e` or `E`; finite when it was parsed.
    case double(Double)
    /// A string.
    case string(CBORText)
    /// An array.
    case array([JSONValue])
    /// An object in source order.
    case object([JSONMember])
}

/// One name with its value in an object.
package struct JSONMember: Sendable {
    /// The name.
    package var key: CBORText
    /// The value.
    package var value: JSONValue
    /// Where the name begins in the text, in bytes, for messages; not compared.
    package var offset: Int

    /// Joins a name and a value.
    package init(_ key: CBORText, _ value: JSONValue, offset: Int = 0) {
        self.key = key
        self.value = value
        self.offset = offset
    }
}

extension JSONMember: Hashable {
    /// Whether name and value are the same.
    package static func == (lhs: JSONMember, rhs: JSONMember) -> Bool {
        lhs.key == rhs.key && lhs.value == rhs.value
    }

    /// Hashes name and value.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(value)
    }
}

extension JSONValue {
    /// The value of a member, nil when it is missing or this is no object; O(n).
    package subscript(key: CBORText) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The only member when its name begins with `$`.
    package var operatorMember: JSONMember? {
        guard case .object(let members) = self, members.count == 1 else { return nil }
        return members[0].key.string.utf8.first == UInt8(ascii: "$") ? members[0] : nil
    }
}
