package import CBOR

extension NodeCondition {
    /// The first item of each condition's array.
    private enum Code {
        static let anyName: UInt64 = 0
        static let anyPath: UInt64 = 1
        static let nameMatches: UInt64 = 2
        static let pathMatches: UInt64 = 3
        static let exists: UInt64 = 4
        static let hasPayload: UInt64 = 5
        static let payloadMatches: UInt64 = 6
        static let number: UInt64 = 7
        static let not: UInt64 = 8
        static let all: UInt64 = 9
        static let any: UInt64 = 10
    }

    /// The numbers of a node; the place in this list is the code.
    static let numberCodes: [NodeNumber] = [
        .payloadVersion, .childListVersion, .childCount,
        .createdRevision, .modifiedRevision, .childrenRevision,
    ]

    /// Writes the condition: a name as text, any other as an array that begins with a code.
    ///
    /// - Throws: ``NodeConditionError`` when it goes beyond a limit, ``CommandError`` when its data has
    ///   no encoding.
    package func write(to writer: inout CBORWriter) throws {
        try validate()
        try writeItem(to: &writer)
    }

    private func writeItem(to writer: inout CBORWriter) throws {
        switch self {
        case .named(let name): name.write(to: &writer)
        case .anyName: writer.writeHeader(Code.anyName)
        case .anyPath: writer.writeHeader(Code.anyPath)
        case .nameMatches(let pattern): pattern.write(Code.nameMatches, to: &writer)
        case .pathMatches(let pattern): pattern.write(Code.pathMatches, to: &writer)
        case .exists(let value):
            writer.writeHeader(Code.exists, partCount: 1)
            writer.writeBoolean(value)
        case .hasPayload(let value):
            writer.writeHeader(Code.hasPayload, partCount: 1)
            writer.writeBoolean(value)
        case .payloadMatches(let pattern):
            writer.writeHeader(Code.payloadMatches, partCount: 1)
            try pattern.writeItem(to: &writer)
        case .number(let number, let comparison, let value):
            writer.writeHeader(Code.number, partCount: 3)
            writer.writeCode(number, of: Self.numberCodes)
            writer.writeCode(comparison, of: Comparison.codes)
            writer.writeUnsigned(value)
        case .not(let inner):
            writer.writeHeader(Code.not, partCount: 1)
            try inner.writeItem(to: &writer)
        case .all(let conditions):
            try Self.write(Code.all, conditions, to: &writer)
        case .any(let conditions):
            try Self.write(Code.any, conditions, to: &writer)
        }
    }

    private static func write(
        _ code: UInt64, _ conditions: [NodeCondition], to writer: inout CBORWriter
    ) throws {
        writer.writeHeader(code, partCount: conditions.count)
        for condition in conditions { try condition.writeItem(to: &writer) }
    }

    /// Reads a condition.
    ///
    /// - Throws: `CBORError`, ``PathError``, ``CommandError``, ``NamePatternError`` or
    ///   ``NodeConditionError``.
    package init(from reader: inout CBORReader) throws {
        try self.init(from: &reader, depth: 1)
        try validate()
    }

    fileprivate init(from reader: inout CBORReader, depth: Int) throws {
        try Self.checkDepth(depth)
        guard try reader.peekKind() == .array else {
            self = .named(try PathComponent(from: &reader))
            return
        }
        let (code, count) = try reader.readHeader()
        switch code {
        case Code.all: self = .all(try reader.readConditions(count, depth: depth + 1))
        case Code.any: self = .any(try reader.readConditions(count, depth: depth + 1))
        default:
            guard count == Self.partCount(of: code) else {
                throw CommandError(.malformed, "expected a condition, found code \(code)")
            }
            self = try Self.read(code, from: &reader, depth: depth)
        }
    }

    /// How many items follow the code; nil for codes without a fixed number, or unknown ones.
    private static func partCount(of code: UInt64) -> Int? {
        switch code {
        case Code.anyName, Code.anyPath: 0
        case Code.exists, Code.hasPayload, Code.payloadMatches, Code.not: 1
        case Code.nameMatches, Code.pathMatches: 2
        case Code.number: 3
        default: nil
        }
    }

    private static func read(
        _ code: UInt64, from reader: inout CBORReader, depth: Int
    ) throws -> NodeCondition {
        switch code {
        case Code.anyName: return .anyName
        case Code.anyPath: return .anyPath
        case Code.nameMatches: return .nameMatches(try NamePattern(from: &reader))
        case Code.pathMatches: return .pathMatches(try NamePattern(from: &reader))
        case Code.exists: return .exists(try reader.readBoolean())
        case Code.hasPayload: return .hasPayload(try reader.readBoolean())
        case Code.payloadMatches:
            return .payloadMatches(try PayloadPattern(from: &reader, depth: 1))
        case Code.not: return .not(try NodeCondition(from: &reader, depth: depth + 1))
        default:
            let number = try reader.readCode(of: numberCodes)
            let comparison = try reader.readCode(of: Comparison.codes)
            return .number(number, comparison, try reader.readUnsigned())
        }
    }

    /// Refuses to read conditions or payload patterns that are nested too deep.
    static func checkDepth(_ depth: Int) throws {
        guard depth <= TreeLimits.conditionDepthMaximum else {
            throw NodeConditionError.nestsTooDeep
        }
    }
}

extension NodeCondition.Comparison {
    /// The comparisons; the place in this list is the code.
    static let codes: [NodeCondition.Comparison] = [.eq, .ne, .lt, .le, .gt, .ge]
}

extension NamePattern {
    fileprivate func write(_ code: UInt64, to writer: inout CBORWriter) {
        writer.writeHeader(code, partCount: 2)
        writer.writeText(source)
        writer.writeBoolean(isGlob)
    }

    fileprivate init(from reader: inout CBORReader) throws {
        let source = try reader.readText()
        let isGlob = try reader.readBoolean()
        self = try isGlob ? NamePattern(glob: source) : NamePattern(regularExpression: source)
    }
}

extension CBORReader {
    fileprivate mutating func readConditions(
        _ count: Int, depth: Int
    ) throws -> [NodeCondition] {
        try readParts(count) { try NodeCondition(from: &$0, depth: depth) }
    }
}
