extension NameExpressionParser {
    /// Parses `*`, `+`, `?` or `{…}` after an atom, if one follows.
    mutating func parseRepetition(
        of item: NameExpression, from itemStart: Int
    ) throws -> NameExpression {
        let start = position
        guard let (minimum, maximum) = try parseBounds() else { return item }
        if let byte = next, "*+?{".utf8.contains(byte) {
            throw NamePatternError(
                "expected one repetition, found a second one; lazy and possessive repetitions are "
                    + "not supported and make no difference to whether a name matches",
                at: position)
        }
        let repeated = NameExpression.repeated(item, minimum: minimum, maximum: maximum)
        try checkSize(repeated.instructionCount, from: start)
        return repeated
    }

    private mutating func parseBounds() throws -> (minimum: Int, maximum: Int?)? {
        if skip("*") { return (0, nil) }
        if skip("+") { return (1, nil) }
        if skip("?") { return (0, 1) }
        guard next == UInt8(ascii: "{") else { return nil }

        let start = position
        position += 1
        guard let minimum = try parseNumber() else { throw malformedBounds(at: start) }
        var maximum: Int? = minimum
        if skip(",") { maximum = try parseNumber() }
        guard skip("}") else { throw malformedBounds(at: start) }
        guard minimum <= maximum ?? minimum else {
            throw NamePatternError(
                "expected the lower bound of a repetition first, found the higher one", at: start)
        }
        return (minimum, maximum)
    }

    private func malformedBounds(at start: Int) -> NamePatternError {
        NamePatternError(
            "expected {m}, {m,} or {m,n} with decimal numbers; write \\{ for the character",
            at: start)
    }

    /// Parses decimal digits, nil when there are none.
    private mutating func parseNumber() throws -> Int? {
        let start = position
        var number: Int?
        while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
            position += 1
            let value = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            guard value <= Self.repetitionMaximum else {
                throw NamePatternError(
                    "expected at most \(Self.repetitionMaximum) repetitions, found more",
                    at: start)
            }
            number = value
        }
        return number
    }
}
