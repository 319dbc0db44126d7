extension JSONParser {
    // MARK: Numbers

    /// Parses `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    mutating func parseNumber() throws -> JSONValue {
        let start = offset
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        let digits = offset
        try skipDigits()
        if text[digits] == UInt8(ascii: "0"), offset > digits + 1 {
            offset = digits
            throw failure(.malformed, "expected no leading zero")
        }
        let end = offset
        try skipFraction()
        try skipExponent()
        if offset > end { return .double(try double(from: start)) }
        return try integer(isNegative: isNegative, digits: digits..<end, start: start)
    }

    private mutating func skipFraction() throws {
        guard peek() == UInt8(ascii: ".") else { return }
        offset += 1
        try skipDigits()
    }

    private mutating func skipExponent() throws {
        guard let byte = peek(), byte | 0x20 == UInt8(ascii: "e") else { return }
        offset += 1
        if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { offset += 1 }
        try skipDigits()
    }

    private mutating func skipDigits() throws {
        let start = offset
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            offset += 1
        }
        guard offset > start else { throw failure(.malformed, "expected a digit") }
    }

    private func integer(isNegative: Bool, digits: Range<Int>, start: Int) throws -> JSONValue {
        var magnitude: UInt64 = 0
        for index in digits {
            let (product, overflowed) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(text[index] & 0x0F))
            guard !overflowed, !carried else { throw outOfRange(at: start) }
            magnitude = sum
        }
        guard isNegative, magnitude > 0 else { return .unsigned(magnitude) }
        guard magnitude <= 1 << 63 else { throw outOfRange(at: start) }
        return .negative(Int64(bitPattern: 0 &- magnitude))
    }

    private func outOfRange(at start: Int) -> CBORError {
        CBORError(
            .outOfRange, at: start,
            "expected an integer from -2^63 to 2^64 - 1; write a double with '.' or 'e'")
    }

    private func double(from start: Int) throws -> Double {
        let literal = String(decoding: text[start..<offset], as: UTF8.self)
        guard let value = Double(literal), value.isFinite else {
            throw CBORError(.outOfRange, at: start, "expected a number that a double can hold")
        }
        return value
    }

    // MARK: Strings

    mutating func parseString() throws -> String {
        offset += 1
        let start = offset
        try skipPlainCharacters()
        guard text[offset] != UInt8(ascii: "\"") else {
            defer { offset += 1 }
            return String(decoding: text[start..<offset], as: UTF8.self)
        }
        var utf8 = [UInt8](text[start..<offset])
        while text[offset] == UInt8(ascii: "\\") {
            try parseEscape(into: &utf8)
            let plain = offset
            try skipPlainCharacters()
            utf8.append(contentsOf: text[plain..<offset])
        }
        offset += 1
        return String(decoding: utf8, as: UTF8.self)
    }

    /// Stops at a quotation mark or a backslash.
    private mutating func skipPlainCharacters() throws {
        while let byte = peek() {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            guard byte >= 0x20 else {
                throw failure(.malformed, "expected an escape, found a control character")
            }
            offset += 1
        }
        throw failure(.truncated, "expected the end of the string, found the end")
    }

    private mutating func parseEscape(into utf8: inout [UInt8]) throws {
        let start = offset
        offset += 1
        guard let byte = peek() else { throw failure(.truncated, "expected an escape") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): utf8.append(byte)
        case UInt8(ascii: "b"): utf8.append(0x08)
        case UInt8(ascii: "f"): utf8.append(0x0C)
        case UInt8(ascii: "n"): utf8.append(0x0A)
        case UInt8(ascii: "r"): utf8.append(0x0D)
        case UInt8(ascii: "t"): utf8.append(0x09)
        case UInt8(ascii: "u"): utf8.append(contentsOf: UTF8.encode(try parseScalar(start)))
        default:
            offset = start
            throw failure(.malformed, "expected an escape that JSON knows")
        }
    }

    /// Parses the digits of one `\u` escape, or of the two of a surrogate pair.
    private mutating func parseScalar(_ start: Int) throws -> Unicode.Scalar {
        let first = try parseHexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let isPair =
            first < 0xDC00 && peek() == UInt8(ascii: "\\") && offset + 1 < text.count
            && text[offset + 1] == UInt8(ascii: "u")
        if isPair {
            offset += 2
            let second = try parseHexadecimal()
            let code = 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
            if second & 0xFC00 == 0xDC00, let scalar = Unicode.Scalar(code) { return scalar }
        }
        throw CBORError(
            .invalidText, at: start, "expected a surrogate pair, found half of one")
    }

    private mutating func parseHexadecimal() throws -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Self.hexadecimal(byte) else {
                throw failure(.malformed, "expected four hexadecimal digits")
            }
            code = code << 4 | digit
            offset += 1
        }
        return code
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

extension UTF8 {
    /// The UTF-8 of a scalar.
    fileprivate static func encode(_ scalar: Unicode.Scalar) -> [UInt8] {
        Array(Character(scalar).utf8)
    }
}
