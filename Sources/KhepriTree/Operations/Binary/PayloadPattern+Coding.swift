import CBOR

extension PayloadPattern {
    /// The first item of each pattern's array.
    private enum Code {
        static let anything: UInt64 = 0
        static let exactly: UInt64 = 1
        static let array: UInt64 = 2
        static let map: UInt64 = 3
        static let type: UInt64 = 4
        static let compared: UInt64 = 5
        static let all: UInt64 = 6
        static let any: UInt64 = 7
        static let not: UInt64 = 8
    }

    /// The kinds of payload; the place in this list is the code.
    static let typeCodes: [PayloadType] = [
        .integer, .double, .string, .boolean, .null, .array, .object, .bytes,
    ]

    /// Writes the pattern as an array that begins with a code.
    ///
    /// - Throws: ``NodeConditionError`` when it goes beyond a limit, ``CommandError`` when its data has
    ///   no encoding.
    func write(to writer: inout CBORWriter) throws {
        try validate()
        try writeItem(to: &writer)
    }

    /// Writes a pattern that is inside a condition or pattern that was validated.
    func writeItem(to writer: inout CBORWriter) throws {
        switch self {
        case .anything:
            writer.writeHeader(Code.anything)
        case .exactly(let value):
            try Self.checkScalar(value)
            writer.writeHeader(Code.exactly, partCount: 1)
            try Self.write(value, to: &writer)
        case .array(let patterns):
            try Self.write(Code.array, patterns, to: &writer)
        case .map(let members):
            try Self.checkDistinct(members)
            writer.writeHeader(Code.map, partCount: 2 * members.count)
            for member in members {
                writer.writeText(member.key.string)
                try member.pattern.writeItem(to: &writer)
            }
        case .type(let type):
            writer.writeHeader(Code.type, partCount: 1)
            writer.writeCode(type, of: Self.typeCodes)
        case .compared(let comparison, let value):
            writer.writeHeader(Code.compared, partCount: 2)
            writer.writeCode(comparison, of: NodeCondition.Comparison.codes)
            try Self.write(value, to: &writer)
        case .all(let patterns):
            try Self.write(Code.all, patterns, to: &writer)
        case .any(let patterns):
            try Self.write(Code.any, patterns, to: &writer)
        case .not(let pattern):
            writer.writeHeader(Code.not, partCount: 1)
            try pattern.writeItem(to: &writer)
        }
    }

    private static func write(
        _ code: UInt64, _ patterns: [PayloadPattern], to writer: inout CBORWriter
    ) throws {
        writer.writeHeader(code, partCount: patterns.count)
        for pattern in patterns { try pattern.writeItem(to: &writer) }
    }

    private static func write(_ value: CBORValue, to writer: inout CBORWriter) throws {
        do {
            try value.write(to: &writer)
        } catch {
            throw CommandError(.malformed, "expected data in a payload pattern: \(error)")
        }
    }
}

extension PayloadPattern {
    /// Reads a pattern.
    ///
    /// - Throws: `CBORError`, ``CommandError`` or ``NodeConditionError``.
    init(from reader: inout CBORReader) throws {
        try self.init(from: &reader, depth: 1)
        try validate()
    }

    /// Reads a pattern whose size the caller checks.
    init(from reader: inout CBORReader, depth: Int) throws {
        try NodeCondition.checkDepth(depth)
        let (code, count) = try reader.readHeader()
        switch (code, count) {
        case (Code.anything, 0):
            self = .anything
        case (Code.exactly, 1):
            let value = try reader.readConstant()
            try Self.checkScalar(value)
            self = .exactly(value)
        case (Code.array, _):
            self = .array(try reader.readPatterns(count, depth: depth + 1))
        case (Code.map, _) where count.isMultiple(of: 2):
            let members = try reader.readParts(count / 2) {
                let key = CBORText(try $0.readText())
                return Member(key: key, pattern: try PayloadPattern(from: &$0, depth: depth + 1))
            }
            try Self.checkDistinct(members)
            self = .map(members)
        case (Code.type, 1):
            self = .type(try reader.readCode(of: Self.typeCodes))
        case (Code.compared, 2):
            let comparison = try reader.readCode(of: NodeCondition.Comparison.codes)
            self = .compared(comparison, try reader.readConstant())
        case (Code.all, _):
            self = .all(try reader.readPatterns(count, depth: depth + 1))
        case (Code.any, _):
            self = .any(try reader.readPatterns(count, depth: depth + 1))
        case (Code.not, 1):
            self = .not(try PayloadPattern(from: &reader, depth: depth + 1))
        default:
            throw CommandError(.malformed, "expected a payload pattern, found code \(code)")
        }
    }

    /// Refuses arrays and maps, which are patterns of their own.
    private static func checkScalar(_ value: CBORValue) throws {
        switch value {
        case .array, .map:
            throw CommandError(
                .malformed,
                "expected a scalar to match exactly, found an array or a map, which $eq compares")
        default:
            return
        }
    }

    /// Refuses a map that has a key twice.
    private static func checkDistinct(_ members: [Member]) throws {
        guard members.count > 1 else { return }
        let keys = members.map(\.key).sorted()
        guard zip(keys, keys.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw CommandError(.malformed, "expected distinct keys in a payload pattern")
        }
    }
}

extension CBORReader {
    fileprivate mutating func readPatterns(
        _ count: Int, depth: Int
    ) throws -> [PayloadPattern] {
        try readParts(count) { try PayloadPattern(from: &$0, depth: depth) }
    }

    /// Reads a data item that is a constant of a pattern.
    fileprivate mutating func readConstant() throws -> CBORValue {
        try CBORValue(decoding: try readValidatedItem())
    }
}
