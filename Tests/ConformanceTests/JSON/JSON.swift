/// UTF-8 text that is compared, sorted and hashed by its bytes.
struct Text: Hashable, Sendable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    var bytes: [UInt8]

    init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    init(_ string: String) {
        bytes = Array(string.utf8)
    }

    init(stringLiteral value: String) {
        self.init(value)
    }

    var description: String { String(decoding: bytes, as: UTF8.self) }

    static func < (left: Text, right: Text) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// A JSON value whose numbers keep their kind and whose objects are sorted by key.
///
/// `bytes` stands for `{"$bytes":…}` in a decoded value; the parser does not make it.
indirect enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int128)
    case double(bits: UInt64)
    case string(Text)
    case bytes([UInt8])
    case array([JSON])
    case object([Member])

    struct Member: Hashable, Sendable {
        var key: Text
        var value: JSON
    }

    static func double(_ value: Double) -> JSON {
        .double(bits: value.isNaN ? Double.nan.bitPattern : value.bitPattern)
    }

    /// An object; the members may come in any order.
    static func object(_ members: KeyValuePairs<Text, JSON?>) -> JSON {
        sortedObject(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
    }

    static func sortedObject(_ members: [Member]) -> JSON {
        .object(members.sorted { $0.key < $1.key })
    }

    subscript(key: Text) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    var text: Text? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    var integer: Int128? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// The only member of an object that has one.
    var onlyMember: Member? {
        guard case .object(let members) = self, members.count == 1 else { return nil }
        return members[0]
    }

    /// The object without the named members.
    func removing(_ keys: Text...) -> JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !keys.contains($0.key) })
    }

    /// The object with one more member.
    func adding(_ key: Text, _ value: JSON) -> JSON {
        guard case .object(let members) = removing(key) else { return self }
        return .sortedObject(members + [Member(key: key, value: value)])
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByFloatLiteral
{
    init(stringLiteral value: String) { self = .string(Text(value)) }
    init(integerLiteral value: Int) { self = .integer(Int128(value)) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(floatLiteral value: Double) { self = .double(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
}
