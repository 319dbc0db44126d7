/// A recursive-descent parser of the regular expressions that ``NamePattern`` documents.
struct NameExpressionParser {
    /// The text in UTF-8.
    let bytes: [UInt8]
    /// The offset of what comes next.
    var position = 0

    /// How deep groups may nest.
    static let nestingMaximum = 32
    /// The largest bound of a repetition.
    static let repetitionMaximum = 1_000

    /// Parses a whole text.
    ///
    /// - Throws: ``NamePatternError`` with the position of what is wrong.
    static func parse(_ source: String) throws -> NameExpression {
        var parser = NameExpressionParser(bytes: Array(source.utf8))
        let expression = try parser.parseChoice(depth: 0)
        guard parser.position == parser.bytes.count else {
            throw NamePatternError(
                "expected no ) without a ( before it; write \\) for the character",
                at: parser.position)
        }
        return expression
    }

    /// What comes next, nil at the end.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Whether an ASCII text comes next.
    func hasNext(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        return (0..<count).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
    }

    /// Steps over an ASCII text if it comes next.
    mutating func skip(_ text: StaticString) -> Bool {
        guard hasNext(text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    /// Steps over one scalar.
    ///
    /// - Precondition: This is not the end.
    mutating func takeScalar() -> UInt32 {
        let (value, byteCount) = bytes.withUnsafeBytes { $0.scalar(at: position) }
        position += byteCount
        return value
    }

    private mutating func parseChoice(depth: Int) throws -> NameExpression {
        var branches = [try parseSequence(depth: depth)]
        while next == UInt8(ascii: "|") {
            let bar = position
            position += 1
            branches.append(try parseSequence(depth: depth))
            try checkSize(of: .choice(branches), from: bar)
        }
        return .choice(branches)
    }

    private mutating func parseSequence(depth: Int) throws -> NameExpression {
        var items: [NameExpression] = []
        var size = 0
        while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            let start = position
            let item = try parseRepetition(of: try parseAtom(depth: depth), from: start)
            items.append(item)
            size += item.instructionCount
            try checkSize(size, from: start)
        }
        return .sequence(items)
    }

    private mutating func parseAtom(depth: Int) throws -> NameExpression {
        let start = position
        switch next {
        case UInt8(ascii: "("): return try parseGroup(depth: depth)
        case UInt8(ascii: "["): return .scalars(try parseClass())
        case UInt8(ascii: "\\"): return .scalars(try parseEscape().scalars)
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
            throw NamePatternError(
                "expected something to repeat before this; write a backslash before the character "
                    + "to mean itself", at: start)
        default: break
        }
        if skip("^") { return .start }
        if skip("$") { return .end }
        if skip(".") { return .scalars(.anyButLineFeed) }
        return .scalars(ScalarClass(only: takeScalar()))
    }

    private mutating func parseGroup(depth: Int) throws -> NameExpression {
        let start = position
        position += 1
        guard depth < Self.nestingMaximum else {
            throw NamePatternError(
                "expected at most \(Self.nestingMaximum) groups inside each other, found more",
                at: start)
        }
        if next == UInt8(ascii: "?"), !skip("?:") {
            throw NamePatternError(
                "expected ( or (?: to begin a group; look-around, named groups and flags are not "
                    + "supported", at: start)
        }
        let inner = try parseChoice(depth: depth + 1)
        guard skip(")") else {
            throw NamePatternError("expected a ) to end this group, found none", at: start)
        }
        return inner
    }

    func checkSize(_ size: Int, from start: Int) throws {
        // One instruction is the final match.
        guard size >= TreeLimits.namePatternStatesMaximum else { return }
        throw NamePatternError(
            "expected at most \(TreeLimits.namePatternStatesMaximum) states when repetitions are "
                + "written out, found more", at: start)
    }

    private func checkSize(of expression: NameExpression, from start: Int) throws {
        try checkSize(expression.instructionCount, from: start)
    }
}
