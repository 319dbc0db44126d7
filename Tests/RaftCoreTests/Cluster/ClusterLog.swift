import RaftCore

/// The content of an entry, as far as the simulation needs one: a name that no other entry has.
struct EntryBody: Hashable {
    let name: UInt64
    let configuration: Configuration?
}

/// An entry with everything that Raft promises about it.
struct ClusterEntry: Hashable {
    let position: LogPosition
    let body: EntryBody
}

/// The state of a simulated state machine: how far it is, and a hash of everything it has applied.
struct MachineState: Hashable {
    var position = LogPosition.zero
    var hash: UInt64 = 0
    var configuration = Configuration.empty

    mutating func apply(_ entry: ClusterEntry) {
        hash = (hash ^ entry.body.name) &* 0x0000_0100_0000_01B3 &+ entry.position.index.rawValue
        position = entry.position
        if let configuration = entry.body.configuration { self.configuration = configuration }
    }
}

/// A write of the core with the entries it names.
struct ClusterWrite {
    let sequence: WriteSequence
    let write: RaftWrite
    let entries: [ClusterEntry]
}

/// A log in memory or on a disk: what was appended after a snapshot, or after a compacted prefix.
struct ClusterLog: Hashable {
    private(set) var entries: [ClusterEntry] = []

    var last: LogIndex? { entries.last?.position.index }

    subscript(_ index: LogIndex) -> ClusterEntry? {
        guard let first = entries.first?.position.index, index >= first else { return nil }
        let offset = index.distance(from: first)
        return offset < entries.count ? entries[offset] : nil
    }

    mutating func append(_ new: [ClusterEntry]) {
        for entry in new {
            if let last { precondition(entry.position.index == last.successor, "a gap") }
            entries.append(entry)
        }
    }

    mutating func truncate(from index: LogIndex) {
        entries.removeAll { $0.position.index >= index }
    }

    mutating func compact(through index: LogIndex) {
        let count = entries.prefix { $0.position.index <= index }.count
        entries.removeFirst(count)
    }

    /// What a snapshot leaves: everything if it is within the log, else nothing.
    mutating func record(_ snapshot: LogPosition) {
        if self[snapshot.index]?.position != snapshot { entries.removeAll() }
    }
}

/// A disk that loses what is not flushed when the machine stops.
struct ClusterDisk {
    /// What survives any crash.
    private(set) var hardState = HardState()
    private(set) var log = ClusterLog()
    private(set) var snapshot = LogPosition.zero
    /// Published snapshots; they are durable before the log names them.
    var snapshots: [LogPosition: MachineState] = [.zero: MachineState()]
    private(set) var pending: [ClusterWrite] = []
    /// Whether a flush is under way, and how many writes it covers.
    var flushing: Int?

    mutating func add(_ write: ClusterWrite) { pending.append(write) }

    /// Makes the first writes durable and names the last of them.
    mutating func flush(_ count: Int) -> WriteSequence? {
        let done = pending.prefix(count)
        for write in done { apply(write) }
        pending.removeFirst(done.count)
        return done.last?.sequence
    }

    mutating func crash(keeping count: Int) {
        _ = flush(count)
        pending = []
        flushing = nil
    }

    mutating func compact(through index: LogIndex) {
        log.compact(through: index)
        for position in snapshots.keys where position.index < index { snapshots[position] = nil }
    }

    /// Whether an entry survives a crash, as itself or in a snapshot.
    func holds(_ entry: ClusterEntry) -> Bool {
        snapshot.index >= entry.position.index || log[entry.position.index] == entry
    }

    var lastPosition: LogPosition { log.entries.last?.position ?? snapshot }

    /// What a restart finds.
    func recovered() throws -> RecoveredState {
        var state = RecoveredState(
            hardState: hardState, snapshot: snapshot,
            configuration: snapshots[snapshot]?.configuration ?? .empty)
        for entry in log.entries {
            try state.append(
                entry.position, configuration: entry.body.configuration, byteCount: 10)
        }
        return state
    }

    private mutating func apply(_ write: ClusterWrite) {
        switch write.write {
        case .hardState(let state):
            precondition(state.term >= hardState.term, "a term on the disk went back")
            hardState = state
        case .truncate(let index): log.truncate(from: index)
        case .append: log.append(write.entries)
        case .snapshot(let position):
            precondition(snapshots[position] != nil, "a snapshot was recorded, not published")
            snapshot = position
            log.record(position)
        }
    }
}
