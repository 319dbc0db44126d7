package import CBOR

/// The fields of a message while it is read, of whatever kind.
///
/// One table for all kinds: a key means the same type everywhere, or one of two that CBOR tells apart.
struct MessageFields {
    private var numbers: [UInt64: UInt64] = [:]
    private var positions: [UInt64: LogPosition] = [:]
    private var truths: [UInt64: Bool] = [:]
    private(set) var configuration: Configuration?
    private(set) var runs: [AppendRequest.Run] = []
    private(set) var configurations: [AppendRequest.ConfigurationEntry] = []

    func number(_ key: UInt64) throws -> UInt64 { try required(numbers[key], key) }
    func optionalNumber(_ key: UInt64) -> UInt64? { numbers[key] }
    func index(_ key: UInt64) throws -> LogIndex { LogIndex(try number(key)) }
    func position(_ key: UInt64) throws -> LogPosition { try required(positions[key], key) }
    func truth(_ key: UInt64) -> Bool { truths[key] ?? false }
    func round() throws -> ReadRound { ReadRound(try number(5)) }

    func byteCount(_ key: UInt64) throws -> Int {
        guard let count = Int(exactly: try number(key)) else {
            throw MessageError("expected a count of bytes, found \(try number(key))")
        }
        return count
    }

    func requiredConfiguration() throws -> Configuration { try required(configuration, 1) }

    private func required<Value>(_ value: Value?, _ key: UInt64) throws -> Value {
        guard let value else { throw MessageError("expected field \(key), found none") }
        return value
    }

    /// Reads the fields of a message of entries.
    init(entriesFrom reader: inout CBORReader) throws {
        var fields = MessageFields()
        try reader.readFields { key, reader in
            switch key {
            case 1: fields.runs = try reader.readList { try AppendRequest.Run(from: &$0) }
            case 2:
                fields.configurations = try reader.readList {
                    try AppendRequest.ConfigurationEntry(from: &$0)
                }
            default: try fields.read(key, from: &reader)
            }
        }
        self = fields
    }

    /// Reads the fields of any other message.
    init(from reader: inout CBORReader) throws {
        var fields = MessageFields()
        try reader.readFields { key, reader in
            if key == 1, try reader.peekKind() == .map {
                fields.configuration = try Configuration(from: &reader)
            } else {
                try fields.read(key, from: &reader)
            }
        }
        self = fields
    }

    private init() {}

    private mutating func read(_ key: UInt64, from reader: inout CBORReader) throws {
        switch try reader.peekKind() {
        case .unsigned where key < 6: numbers[key] = try reader.readUnsigned()
        case .boolean where key < 6: truths[key] = try reader.readBoolean()
        case .array where key < 2: positions[key] = try LogPosition(from: &reader)
        default: try reader.skip()
        }
    }
}

extension CBORReader {
    /// Reads a map with integer keys; the body must read each value, or pass over it.
    package mutating func readFields(
        _ body: (UInt64, inout CBORReader) throws -> Void
    ) throws {
        for _ in 0..<(try readMapHeader()) {
            let key = try readUnsigned()
            try body(key, &self)
        }
    }

    mutating func readList<Element>(
        _ body: (inout CBORReader) throws -> Element
    ) throws -> [Element] {
        let count = try readArrayHeader()
        guard count <= RaftMessage.entriesMaximum else {
            throw MessageError("expected at most \(RaftMessage.entriesMaximum), found \(count)")
        }
        return try (0..<count).map { _ in try body(&self) }
    }

    /// Begins an array of two items or more, and says how many more.
    fileprivate mutating func readPairHeader() throws -> Int {
        let count = try readArrayHeader()
        guard count >= 2 else { throw MessageError("expected 2 items, found \(count)") }
        return count - 2
    }
}

extension LogPosition {
    func write(to writer: inout CBORWriter) {
        writer.writeArrayHeader(2)
        writer.writeUnsigned(index.rawValue)
        writer.writeUnsigned(term.rawValue)
    }

    fileprivate init(from reader: inout CBORReader) throws {
        let rest = try reader.readPairHeader()
        let index = LogIndex(try reader.readUnsigned())
        let term = Term(try reader.readUnsigned())
        for _ in 0..<rest { try reader.skip() }
        self.init(index: index, term: term)
    }
}

extension AppendRequest.Run {
    fileprivate init(from reader: inout CBORReader) throws {
        let rest = try reader.readPairHeader()
        let term = Term(try reader.readUnsigned())
        let count = try reader.readInteger(as: Int.self)
        for _ in 0..<rest { try reader.skip() }
        self.init(term: term, count: count)
    }
}

extension AppendRequest.ConfigurationEntry {
    fileprivate init(from reader: inout CBORReader) throws {
        let rest = try reader.readPairHeader()
        let index = LogIndex(try reader.readUnsigned())
        let configuration = try Configuration(from: &reader)
        for _ in 0..<rest { try reader.skip() }
        self.init(index: index, configuration: configuration)
    }
}
