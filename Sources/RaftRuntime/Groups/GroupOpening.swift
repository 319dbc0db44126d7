import RaftCore

/// A group on its way into the driver, with who waits for it.
struct GroupOpening: Sendable {
    let loaded: Result<LoadedGroup, any Error>
    let completion: Completion<Result<GroupHandle, any Error>>
}

/// A description without the type of the machine.
struct GroupSource: Sendable {
    let id: GroupID
    let name: String
    let member: MemberID
    let machine: any AppliedMachine
    let bootstrap: Configuration?
    let recoversAsSoleVoter: Bool
    let follows: GroupID?
    let observer: @Sendable (GroupEvent) -> Void

    init<Machine: StateMachine>(_ description: GroupDescription<Machine>) {
        id = description.id
        name = description.name
        member = description.member
        machine = MachineBox(description.machine)
        bootstrap = description.bootstrap
        recoversAsSoleVoter = description.recoversAsSoleVoter
        follows = description.follows
        observer = description.observer
    }
}

/// A group whose machine holds the newest snapshot and whose log is checked.
struct LoadedGroup: Sendable {
    let source: GroupSource
    let options: RaftOptions
    let seed: UInt64
    /// Whether the log knows nothing of the group yet.
    let isNew: Bool
    let state: RecoveredState
    let chunks: [EntryChunk]
    let snapshotTime: UInt64
    let snapshotBytes: UInt64

    /// Restores the newest snapshot and checks that the log goes on from it.
    ///
    /// - Throws: ``LogDeviceError`` `.corrupt` when the two do not fit, and what store and machine
    ///   throw.
    init(
        _ source: GroupSource, recovered: RecoveredGroup?, store: any SnapshotStore,
        options: HostOptions, seed: UInt64
    ) throws {
        let reader = try store.openNewest(of: source.id)
        let position = reader?.metadata.position ?? .zero
        // Most of them are in the snapshot, and are gone before the state needs room.
        let entries = recovered?.takeEntries(after: position.index) ?? []
        var configuration = Configuration.empty
        if let reader {
            configuration = try Configuration(encoded: reader.metadata.configuration)
            try source.machine.load(from: reader).replace()
        }
        var state = RecoveredState(
            hardState: HardState(term: recovered?.term ?? .zero, vote: recovered?.vote),
            snapshot: position, configuration: configuration)
        try Self.replay(entries, of: recovered, into: &state)
        self.source = source
        self.options = options.raft
        self.seed = seed
        self.state = state
        isNew = recovered == nil
        chunks = EntryChunk.separateChunks(of: entries, maximum: options.replaySliceMaximum)
        snapshotTime = reader?.metadata.time ?? 0
        snapshotBytes = reader?.byteCount ?? 0
    }

    private static func replay(
        _ entries: [LogEntry], of group: RecoveredGroup?, into state: inout RecoveredState
    ) throws {
        do {
            for entry in entries {
                let isConfiguration = entry.kind == .configuration
                try state.append(
                    LogPosition(index: entry.index, term: entry.term),
                    configuration: isConfiguration ? Configuration(encoded: entry.payload) : nil,
                    byteCount: entry.payload.count)
            }
        } catch let error as RecoveryError {
            throw LogDeviceError(.corrupt, error.message)
        }
        let last = state.lastPosition.index
        if let named = group?.snapshot?.index, named > last {
            throw LogDeviceError(
                .corrupt,
                "expected a snapshot at entry \(named.rawValue), or the log up to it; found the log "
                    + "ending at \(last.rawValue)")
        }
    }
}
