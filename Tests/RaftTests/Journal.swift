import Raft

/// A machine that notes what it was given, so that two of them are equal only if nothing else counted.
struct Journal: StateMachine, Codable, Hashable {
    struct Line: Codable, Hashable {
        let index: UInt64
        let time: UInt64
        let command: [UInt8]
    }

    private(set) var lines: [Line] = []

    init() {}

    mutating func apply(_ command: [UInt8], in context: ApplyContext) -> Reply {
        lines.append(
            Line(index: context.index.rawValue, time: context.time, command: command))
        return Reply(count: lines.count, index: context.index.rawValue)
    }

    /// The commands in the order of the log.
    var commands: [[UInt8]] { lines.map(\.command) }
}

/// What a caller gets for a line.
struct Reply: ByteCodable, Codable, Hashable {
    let count: Int
    let index: UInt64
}

/// A machine of the next version, with a state that the first cannot tell from its own.
struct NewerJournal: StateMachine, Codable {
    static var version: UInt32 { 2 }

    private(set) var journal = Journal()

    init() {}

    init(from decoder: any Decoder) throws { journal = try Journal(from: decoder) }

    func encode(to encoder: any Encoder) throws { try journal.encode(to: encoder) }

    mutating func apply(_ command: [UInt8], in context: ApplyContext) -> Reply {
        journal.apply(command, in: context)
    }
}
