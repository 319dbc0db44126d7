import RaftCore

/// A disk of numbered writes that loses what is not synced when the machine crashes.
struct FakeDisk: Hashable {
    /// An entry as the disk knows it; `body` tells entries of the same position apart.
    struct Entry: Hashable {
        let position: LogPosition
        let source: EntrySource
        /// Distinguishes entries that were written at different times.
        let body: Int
    }

    private(set) var writes: [(sequence: WriteSequence, write: RaftWrite, body: Int)] = []
    /// What survives any crash.
    private(set) var durable = DurableState()
    private var writeCount = 0

    struct DurableState: Hashable {
        var hardState = HardState()
        var entries: [Entry] = []
        var snapshot = LogPosition.zero
        var snapshotConfiguration = Configuration.empty
        var olderSnapshot = LogPosition.zero
        /// Of the last snapshot that came from another member.
        var receivedConfiguration = Configuration.empty
    }

    var lastSequence: WriteSequence { writes.last?.sequence ?? .zero }

    mutating func write(_ sequence: WriteSequence, _ write: RaftWrite) {
        writeCount += 1
        writes.append((sequence, write, writeCount))
    }

    /// Makes the first writes that are not yet durable so, and returns the last one's number.
    mutating func sync(_ count: Int) -> WriteSequence? {
        let synced = writes.prefix(count)
        for (_, write, body) in synced { durable.apply(write, body: body) }
        writes.removeFirst(synced.count)
        return synced.last?.sequence
    }

    /// Loses all writes but the first ones, and says what a restart finds.
    mutating func crash(keeping count: Int) throws -> RecoveredState {
        _ = sync(count)
        writes = []
        return try durable.recovered()
    }

    static func == (lhs: FakeDisk, rhs: FakeDisk) -> Bool { lhs.durable == rhs.durable }
    func hash(into hasher: inout Hasher) { hasher.combine(durable) }
}

extension FakeDisk.DurableState {
    mutating func apply(_ write: RaftWrite, body: Int) {
        switch write {
        case .hardState(let state): hardState = state
        case .truncate(let index): entries.removeAll { $0.position.index >= index }
        case .snapshot(let position):
            let isReceived = entries.last.map { $0.position.index < position.index } ?? true
            snapshotConfiguration =
                isReceived ? receivedConfiguration : configuration(at: position.index)
            if isReceived { entries = [] }
            (olderSnapshot, snapshot) = (snapshot, position)
        case .append(let appended):
            var index = appended.indexes.lowerBound
            while index <= appended.indexes.upperBound {
                let position = LogPosition(index: index, term: appended.term)
                entries.append(
                    FakeDisk.Entry(position: position, source: appended.source, body: body))
                index = index.successor
            }
        }
    }

    private func configuration(at index: LogIndex) -> Configuration {
        var found = snapshotConfiguration
        for entry in entries where entry.position.index <= index {
            if case .configuration(let configuration) = entry.source { found = configuration }
        }
        return found
    }

    mutating func compact(through index: LogIndex) {
        entries.removeAll { $0.position.index <= index }
    }

    func recovered() throws -> RecoveredState {
        var state = RecoveredState(
            hardState: hardState, snapshot: snapshot, configuration: snapshotConfiguration)
        for entry in entries {
            guard case .configuration(let configuration) = entry.source else {
                try state.append(entry.position, configuration: nil)
                continue
            }
            try state.append(entry.position, configuration: configuration)
        }
        return state
    }
}

extension FakeDisk {
    /// Keeps what a received snapshot says until its record is written.
    mutating func publish(_ position: LogPosition, _ configuration: Configuration) {
        durable.receivedConfiguration = configuration
    }

    mutating func compact(through index: LogIndex) { durable.compact(through: index) }
}
