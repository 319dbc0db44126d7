import RaftCore

@testable import RaftRuntime

/// A state machine that keeps every command; the output is the count so far.
final class JournalMachine: StateMachine {
    struct State {
        var commands: [[UInt8]] = []
        var applied: [LogIndex] = []
        var times: [UInt64] = []
        var localCount = 0
        var batchDepth = 0
        var batchCount = 0
        var appliedThrough = LogIndex.zero
        var speculated: [LogIndex] = []
        var questions: [[UInt8]] = []
        /// What the machine wants next, when, and in which term it was asked.
        var wishes: [MachineWish<Int>] = []
        var wishTime: Instant?
        var askedIn: Term?
    }

    /// A command that only a newer version knows.
    static let newerCommand: [UInt8] = [0xFF]

    let state = Lock(State())
    let machineVersion: UInt32 = 1

    var commands: [[UInt8]] { state.withLock { $0.commands } }

    func willApplyBatch() { state.withLock { $0.batchDepth += 1 } }

    func apply(
        _ commands: ArraySlice<LogEntry>, areLocal: Bool, into outputs: inout [Int]
    ) throws(ApplicationHalt) {
        let known = commands.prefix { $0.payload != Self.newerCommand }
        let counts = state.withLock { state in
            precondition(state.batchDepth == 1, "applied outside a batch")
            return known.map { entry in
                state.commands.append(entry.payload)
                state.applied.append(entry.index)
                state.times.append(entry.time)
                if areLocal { state.localCount += 1 }
                return state.commands.count
            }
        }
        outputs += counts
        if known.endIndex < commands.endIndex {
            throw ApplicationHalt(
                at: commands[known.endIndex].index, .newerVersion, "expected anything else")
        }
    }

    func speculate(_ entries: ArraySlice<LogEntry>, in term: Term) {
        state.withLock { $0.speculated += entries.map(\.index) }
    }

    /// What the machine has no answer to.
    static let noQuestion: [UInt8] = [0]

    func answer(question: [UInt8]) -> Int? {
        guard question != Self.noQuestion else { return nil }
        return state.withLock { state in
            state.questions.append(question)
            return state.commands.count
        }
    }

    func takeWishes(now: Instant, leading term: Term?) -> [MachineWish<Int>] {
        state.withLock { state in
            state.askedIn = term
            guard let time = state.wishTime, time <= now else { return [] }
            state.wishTime = nil
            defer { state.wishes = [] }
            return state.wishes
        }
    }

    var nextDeadline: Instant? { state.withLock { $0.wishTime } }

    func didApplyBatch(through index: LogIndex) {
        state.withLock { state in
            state.batchDepth -= 1
            state.batchCount += 1
            state.appliedThrough = index
        }
    }

    func capture() -> any SnapshotSource { Source(commands) }

    func load(from reader: any SnapshotReader) throws -> [[UInt8]] {
        var bytes: [UInt8] = []
        while let chunk = try reader.next() { bytes += chunk }
        var commands: [[UInt8]] = []
        while let count = bytes.first {
            commands.append(Array(bytes[1...Int(count)]))
            bytes.removeFirst(Int(count) + 1)
        }
        return commands
    }

    func replace(by loaded: [[UInt8]]) {
        state.withLock { $0.commands = loaded }
    }

    func encode(_ output: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: output)] }

    func output(decoding bytes: [UInt8]) throws -> Int {
        guard let byte = bytes.first else { throw LogDeviceError(.invalid, "no output") }
        return Int(byte)
    }

    /// Every command with its length before it; only commands below 256 bytes.
    final class Source: SnapshotSource {
        private let rest: Lock<ArraySlice<[UInt8]>>

        init(_ commands: [[UInt8]]) { rest = Lock(commands[...]) }

        func next(byteLimit: Int) throws -> [UInt8]? {
            rest.withLock { rest in
                guard let command = rest.popFirst() else { return nil }
                return [UInt8(command.count)] + command
            }
        }
    }
}
