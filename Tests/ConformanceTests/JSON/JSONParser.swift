/// Why a line is not JSON.
struct NotJSON: Error {
    var offset: Int
    var reason: String
}

/// A strict recursive-descent parser for one JSON value.
struct JSONParser {
    private let bytes: [UInt8]
    private var index = 0

    static func parse(_ text: String) throws -> JSON {
        var parser = JSONParser(bytes: Array(text.utf8))
        let value = try parser.value()
        parser.skipSpace()
        guard parser.index == parser.bytes.count else { throw parser.failure("trailing text") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func failure(_ reason: String) -> NotJSON {
        NotJSON(offset: index, reason: reason)
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            index += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ text: StaticString) throws {
        for offset in 0..<text.utf8CodeUnitCount {
            guard take(text.utf8Start[offset]) else { throw failure("expected \(text)") }
        }
    }

    private mutating func value() throws -> JSON {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: return try number()
        }
    }

    private mutating func object() throws -> JSON {
        try expect("{")
        var members: [JSON.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        repeat {
            skipSpace()
            let key = try string()
            skipSpace()
            try expect(":")
            members.append(JSON.Member(key: key, value: try value()))
            skipSpace()
        } while take(UInt8(ascii: ","))
        try expect("}")
        guard Set(members.map(\.key)).count == members.count else { throw failure("same key") }
        return .sortedObject(members)
    }

    private mutating func array() throws -> JSON {
        try expect("[")
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            elements.append(try value())
            skipSpace()
        } while take(UInt8(ascii: ","))
        try expect("]")
        return .array(elements)
    }

    private mutating func number() throws -> JSON {
        let start = index
        var isInteger = true
        while let byte = next {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"): break
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isInteger = false
            default: return try number(in: start..<index, isInteger: isInteger)
            }
            index += 1
        }
        return try number(in: start..<index, isInteger: isInteger)
    }

    private func number(in range: Range<Int>, isInteger: Bool) throws -> JSON {
        let text = String(decoding: bytes[range], as: UTF8.self)
        if isInteger, let value = Int128(text) { return .integer(value) }
        if !isInteger, let value = Double(text) { return .double(value) }
        throw failure("not a value")
    }

    private mutating func string() throws -> Text {
        try expect("\"")
        var text: [UInt8] = []
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return Text(bytes: text)
            case UInt8(ascii: "\\"): try text.append(contentsOf: escape())
            default: text.append(byte)
            }
        }
        throw failure("unfinished string")
    }

    private mutating func escape() throws -> String.UTF8View {
        let byte = next
        index += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n".utf8
        case UInt8(ascii: "t"): return "\t".utf8
        case UInt8(ascii: "r"): return "\r".utf8
        case UInt8(ascii: "b"): return "\u{8}".utf8
        case UInt8(ascii: "f"): return "\u{C}".utf8
        case UInt8(ascii: "\""): return "\"".utf8
        case UInt8(ascii: "\\"): return "\\".utf8
        case UInt8(ascii: "/"): return "/".utf8
        case UInt8(ascii: "u"): return String(try scalar()).utf8
        default: throw failure("unknown escape")
        }
    }

    private mutating func scalar() throws -> Character {
        var code = try codeUnit()
        if (0xD800..<0xDC00).contains(code) {
            try expect("\\u")
            code = 0x10000 + (code - 0xD800) << 10 + (try codeUnit() - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw failure("lone surrogate") }
        return Character(scalar)
    }

    private mutating func codeUnit() throws -> UInt32 {
        let end = min(index + 4, bytes.count)
        let digits = String(decoding: bytes[index..<end], as: UTF8.self)
        guard let code = UInt32(digits, radix: 16), end == index + 4 else {
            throw failure("expected four hexadecimal digits")
        }
        index = end
        return code
    }
}
