extension NameExpressionParser {
    /// What an escape stands for.
    enum Escape {
        case scalar(UInt32)
        case scalars(ScalarClass)

        /// The class it stands for.
        var scalars: ScalarClass {
            switch self {
            case .scalar(let scalar): ScalarClass(only: scalar)
            case .scalars(let scalars): scalars
            }
        }
    }

    /// Parses `[…]`.
    mutating func parseClass() throws -> ScalarClass {
        let start = position
        position += 1
        let isNegated = skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while isFirst || next != UInt8(ascii: "]") {
            guard next != nil else {
                throw NamePatternError("expected a ] to end this class, found none", at: start)
            }
            ranges.append(contentsOf: try parseClassItem())
            isFirst = false
        }
        position += 1
        let scalars = ScalarClass(ranges)
        return isNegated ? scalars.negated : scalars
    }

    /// Parses a character, a range or an escaped class.
    private mutating func parseClassItem() throws -> [ClosedRange<UInt32>] {
        let start = position
        guard case .scalar(let lower) = try parseClassMember() else {
            position = start
            return try parseEscape().scalars.ranges
        }
        guard hasNext("-"), !hasNext("-]"), position + 1 < bytes.count else {
            return [lower...lower]
        }
        position += 1
        let upperStart = position
        guard case .scalar(let upper) = try parseClassMember() else {
            throw NamePatternError(
                "expected a range to end with one character, found a class", at: upperStart)
        }
        guard lower <= upper else {
            throw NamePatternError(
                "expected the lower end of a range first, found the higher one", at: start)
        }
        return [lower...upper]
    }

    private mutating func parseClassMember() throws -> Escape {
        if hasNext("[:") || hasNext("[.") || hasNext("[=") {
            throw NamePatternError(
                "expected a character or a range, found the start of a POSIX class, which is not "
                    + "supported; write \\[ for the character", at: position)
        }
        return next == UInt8(ascii: "\\") ? try parseEscape() : .scalar(takeScalar())
    }

    /// Parses a backslash and what belongs to it.
    mutating func parseEscape() throws -> Escape {
        let start = position
        position += 1
        guard let letter = next else {
            throw NamePatternError(
                "expected a character after the backslash, found none", at: start)
        }
        position += 1
        switch letter {
        case UInt8(ascii: "d"): return .scalars(.digit)
        case UInt8(ascii: "D"): return .scalars(ScalarClass.digit.negated)
        case UInt8(ascii: "w"): return .scalars(.word)
        case UInt8(ascii: "W"): return .scalars(ScalarClass.word.negated)
        case UInt8(ascii: "s"): return .scalars(.space)
        case UInt8(ascii: "S"): return .scalars(ScalarClass.space.negated)
        case UInt8(ascii: "n"): return .scalar(0x0A)
        case UInt8(ascii: "r"): return .scalar(0x0D)
        case UInt8(ascii: "t"): return .scalar(0x09)
        case UInt8(ascii: "x"): return .scalar(try parseHexadecimal(from: start))
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return .scalar(UInt32(letter))
        default:
            throw NamePatternError(
                "expected an escape of punctuation or one of \\d \\D \\w \\W \\s \\S \\n \\r \\t "
                    + "\\x; back-references, word boundaries and Unicode properties are not "
                    + "supported", at: start)
        }
    }

    /// Parses what follows `\x`: two hexadecimal digits, or up to six in braces.
    private mutating func parseHexadecimal(from start: Int) throws -> UInt32 {
        let isBraced = skip("{")
        var value: UInt32 = 0
        var digitCount = 0
        while digitCount < (isBraced ? 6 : 2), let digit = next.flatMap(hexadecimalValue) {
            value = value << 4 | digit
            digitCount += 1
            position += 1
        }
        let isComplete = isBraced ? digitCount > 0 && skip("}") : digitCount == 2
        guard isComplete, Unicode.Scalar(value) != nil else {
            throw NamePatternError(
                "expected \\xHH or \\x{H…} with the hexadecimal number of a Unicode character",
                at: start)
        }
        return value
    }

    private func hexadecimalValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 0x30
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte) - 0x41 + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte) - 0x61 + 10
        default: nil
        }
    }
}
