/// Parses JSON text (RFC 8259) strictly and without loss.
///
/// A number without `.`, `e` and `E` is an integer and refused outside −2^63 … 2^64 − 1; other
/// numbers are doubles and refused when they overflow. Names that are in an object twice, text that
/// is not UTF-8 and escapes of half a surrogate pair are refused.
package struct JSONParser {
    let text: UnsafeRawBufferPointer
    var offset = 0
    private var depth = 0

    /// Arrays and objects of the text may be nested this deep.
    ///
    /// Data may be 64 deep, each level may need a `$literal` around it, and an operation that holds
    /// the data has levels of its own.
    package static let depthMaximum = 192

    private init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    /// Parses one JSON value with nothing but white space around it.
    ///
    /// - Throws: ``CBORError`` with the byte offset of what is not allowed.
    package static func value(of text: UnsafeRawBufferPointer) throws -> JSONValue {
        if let offset = UTF8Validation.firstInvalid(text) {
            throw CBORError(.invalidText, at: offset, "expected UTF-8")
        }
        var parser = JSONParser(text)
        parser.skipSpace()
        let value = try parser.parseValue()
        parser.skipSpace()
        guard parser.offset == text.count else {
            throw parser.failure(.trailingBytes, "expected the end of the text")
        }
        return value
    }

    /// Parses one JSON value with nothing but white space around it.
    package static func value(of text: [UInt8]) throws -> JSONValue {
        try text.withUnsafeBytes { try value(of: $0) }
    }

    /// Parses one JSON value with nothing but white space around it.
    package static func value(of text: String) throws -> JSONValue {
        try text.withUTF8Bytes { try value(of: $0) }
    }

    /// The deterministic encoding of the data that JSON text stands for.
    ///
    /// - Throws: ``CBORError`` with the byte offset of what is not allowed.
    package static func cbor(from text: UnsafeRawBufferPointer) throws -> [UInt8] {
        try value(of: text).cborValue().encoded()
    }

    /// The deterministic encoding of the data that JSON text stands for.
    package static func cbor(from text: [UInt8]) throws -> [UInt8] {
        try text.withUnsafeBytes { try cbor(from: $0) }
    }

    /// The deterministic encoding of the data that JSON text stands for.
    package static func cbor(from text: String) throws -> [UInt8] {
        try text.withUTF8Bytes { try cbor(from: $0) }
    }

    // MARK: Values

    private mutating func parseValue() throws -> JSONValue {
        guard let byte = peek() else {
            throw failure(.truncated, "expected a value, found the end")
        }
        switch byte {
        case UInt8(ascii: "{"): return .object(try parseMembers())
        case UInt8(ascii: "["): return .array(try parseElements())
        case UInt8(ascii: "\""): return .string(CBORText(try parseString()))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "t"): return try parseWord("true", .boolean(true))
        case UInt8(ascii: "f"): return try parseWord("false", .boolean(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        default: throw failure(.malformed, "expected a value")
        }
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard offset + index < text.count, text[offset + index] == word.utf8Start[index] else {
                throw failure(.malformed, "expected true, false or null")
            }
        }
        offset += word.utf8CodeUnitCount
        return value
    }

    private mutating func parseElements() throws -> [JSONValue] {
        try open()
        var elements: [JSONValue] = []
        if try close(UInt8(ascii: "]")) { return elements }
        repeat {
            skipSpace()
            elements.append(try parseValue())
        } while try hasNext(before: UInt8(ascii: "]"))
        return elements
    }

    private mutating func parseMembers() throws -> [JSONMember] {
        try open()
        var members: [JSONMember] = []
        if try close(UInt8(ascii: "}")) { return members }
        repeat {
            skipSpace()
            let start = offset
            guard peek() == UInt8(ascii: "\"") else { throw failure(.malformed, "expected a name") }
            let key = CBORText(try parseString())
            skipSpace()
            guard peek() == UInt8(ascii: ":") else { throw failure(.malformed, "expected ':'") }
            offset += 1
            skipSpace()
            members.append(JSONMember(key, try parseValue(), offset: start))
        } while try hasNext(before: UInt8(ascii: "}"))
        try checkDistinct(members)
        return members
    }

    private func checkDistinct(_ members: [JSONMember]) throws {
        guard members.count > 1 else { return }
        let sorted = members.sorted { $0.key.isEncodedBefore($1.key) }
        for (first, second) in zip(sorted, sorted.dropFirst()) where first.key == second.key {
            throw CBORError(
                .duplicateKey, at: max(first.offset, second.offset),
                "expected distinct names in an object, found one twice")
        }
    }

    // MARK: Structure

    /// Steps over the opening bracket.
    private mutating func open() throws {
        guard depth < Self.depthMaximum else {
            throw failure(
                .tooDeep, "expected at most \(Self.depthMaximum) nested arrays and objects")
        }
        depth += 1
        offset += 1
    }

    /// Steps over the closing bracket if it is next.
    private mutating func close(_ bracket: UInt8) throws -> Bool {
        skipSpace()
        guard peek() == bracket else { return false }
        depth -= 1
        offset += 1
        return true
    }

    /// Steps over a comma and returns true, or over the closing bracket and returns false.
    private mutating func hasNext(before bracket: UInt8) throws -> Bool {
        if try close(bracket) { return false }
        guard let byte = peek() else {
            throw failure(.truncated, "expected ',' or a closing bracket, found the end")
        }
        guard byte == UInt8(ascii: ",") else {
            throw failure(.malformed, "expected ',' or a closing bracket")
        }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            offset += 1
        }
    }

    @inline(__always)
    func peek() -> UInt8? {
        offset < text.count ? text[offset] : nil
    }

    func failure(_ code: CBORError.Code, _ message: String) -> CBORError {
        CBORError(code, at: offset, message)
    }
}
