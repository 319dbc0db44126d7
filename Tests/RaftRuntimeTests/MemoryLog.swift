import RaftCore

@testable import RaftRuntime

/// A log device in memory that can be told to fail, and remembers what was durable.
final class MemoryLog: LogDevice {
    struct State {
        var groups: [GroupID: RecoveredGroup] = [:]
        var batches: [LogBatch] = []
        /// Errors for the next writes, first one first; nil lets one through.
        var failures: [LogDeviceError?] = []
        /// Writes fail while fewer bytes are left than they have; the reserve comes on top.
        var space = Int.max
        var reserve = 0
        var isPoisoned = false
        var compactions: [LogIndex] = []
        var compactionFailure: LogDeviceError?
    }

    let state = Lock(State())
    let keepsBatches: Bool

    init(keepsBatches: Bool = true) {
        self.keepsBatches = keepsBatches
    }

    var bytesOnDisk: UInt64 { 0 }

    var batchCount: Int { state.withLock { $0.batches.count } }

    /// How many entries each of the last batches had.
    func lastEntryCounts(_ count: Int) -> [Int] {
        state.withLock { state in
            state.batches.suffix(count).map { batch in
                batch.writes.reduce(0) { sum, write in
                    guard case .append(let entries) = write.write else { return sum }
                    return sum + entries.count
                }
            }
        }
    }

    func write(_ batch: LogBatch) throws {
        try state.withLock { state in
            guard !state.isPoisoned else { throw LogDeviceError(.poisoned, "a write had failed") }
            if let failure = state.failures.isEmpty ? nil : state.failures.removeFirst() {
                state.isPoisoned = failure.code != .full
                throw failure
            }
            try Self.takeSpace(for: batch, &state)
            if keepsBatches { state.batches.append(batch) }
            for (group, write) in batch.writes { Self.apply(write, to: group, &state) }
        }
    }

    func checkSpace() throws {
        try state.withLock { state in
            guard state.space > 0 else { throw LogDeviceError(.full, "no space") }
        }
    }

    private static func takeSpace(for batch: LogBatch, _ state: inout State) throws {
        guard state.space < Int.max else { return }
        let bytes = batch.writes.reduce(0) { $0 + $1.write.byteCount }
        let free = state.space + (batch.mayUseReserve ? state.reserve : 0)
        guard bytes <= free else { throw LogDeviceError(.full, "no space for \(bytes) bytes") }
        state.reserve -= max(0, bytes - state.space)
        state.space = max(0, state.space - bytes)
    }

    private static func apply(_ write: LogWrite, to id: GroupID, _ state: inout State) {
        var group =
            state.groups[id]
            ?? RecoveredGroup(name: "", term: .zero, vote: nil, snapshot: nil, entries: [])
        switch write {
        case .openGroup(let name): group.name = name
        case .deleteGroup: break
        case .hardState(let term, let vote): (group.term, group.vote) = (term, vote)
        case .truncate(let index): group.entries.removeAll { $0.index >= index }
        case .append(let entries): group.entries += entries
        case .snapshot(let position):
            group.snapshot = position
            if position.index > group.entries.last?.index ?? .zero { group.entries = [] }
        }
        state.groups[id] = group
    }

    /// What a host finds of a group that is opened again; it may take the entries.
    func recovered(_ group: GroupID) -> RecoveredGroup? {
        state.withLock { state in
            var found = state.groups[group]
            if let entries = found?.entries { found?.entries = entries }
            return found
        }
    }

    func entries(of group: GroupID, from first: LogIndex, byteLimit: Int) throws -> [LogEntry] {
        state.withLock { ($0.groups[group]?.entries ?? []).filter { $0.index >= first } }
    }

    func compact(_ group: GroupID, through index: LogIndex) throws {
        try state.withLock { state in
            if let failure = state.compactionFailure { throw failure }
            state.compactions.append(index)
            state.groups[group]?.entries.removeAll { $0.index <= index }
        }
    }
}

extension LogWrite {
    var byteCount: Int {
        guard case .append(let entries) = self else { return 8 }
        return entries.reduce(0) { $0 + 8 + $1.payload.count }
    }
}
