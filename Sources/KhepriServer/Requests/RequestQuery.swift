/// The parameters behind the `?` of a target, decoded as those of a form: `+` is a space.
package struct RequestQuery {
    private var parameters: [(name: String, value: String)] = []

    /// Reads the text behind the `?`.
    ///
    /// - Throws: ``RequestError`` for an escape or a text that is malformed, and for a name that is
    ///   there twice.
    package init(_ text: Substring) throws {
        guard !text.isEmpty else { return }
        for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = try Self.decoded(pair[..<end])
            guard self[name] == nil else {
                throw RequestError(.invalidRequest, "expected the parameter '\(name)' once")
            }
            parameters.append((name, try Self.decoded(pair[end...].dropFirst())))
        }
    }

    /// The value of a parameter.
    package subscript(name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }

    /// Refuses parameters that the route does not know: a mistyped one must not change its meaning.
    package func expectOnly(_ names: [String]) throws {
        guard let unknown = parameters.first(where: { !names.contains($0.name) }) else { return }
        let known = names.isEmpty ? "none" : names.joined(separator: ", ")
        throw RequestError(
            .invalidRequest, "unknown parameter '\(unknown.name)': this resource knows \(known)")
    }

    /// A parameter that is a number.
    package func number(_ name: String, in range: ClosedRange<UInt64>) throws -> UInt64? {
        guard let text = self[name] else { return nil }
        guard let number = UInt64(text), range.contains(number) else {
            throw RequestError(
                .invalidRequest,
                "expected a number from \(range.lowerBound) to \(range.upperBound) as '\(name)'")
        }
        return number
    }

    /// A parameter that is `true` or `false`, which it is without being there.
    package func isSet(_ name: String) throws -> Bool {
        switch self[name] {
        case nil, "false"?: return false
        case "true"?: return true
        case let value?:
            throw RequestError(
                .invalidRequest, "expected true or false as '\(name)', found '\(value)'")
        }
    }

    private static func decoded(_ text: Substring.UTF8View.SubSequence) throws -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(Self.digit),
                    let low = rest.popFirst().flatMap(Self.digit)
                else {
                    throw RequestError(
                        .invalidRequest, "expected two hexadecimal digits after % in the query")
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw RequestError(.invalidRequest, "expected UTF-8 in the query")
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
