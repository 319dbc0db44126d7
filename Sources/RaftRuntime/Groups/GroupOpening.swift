import RaftCore

/// A group on its way into the driver, with who waits for it.
struct GroupOpening<Machine: StateMachine>: Sendable {
    let loaded: Result<LoadedGroup<Machine>, any Error>
    let completion: Completion<Result<RaftGroup<Machine>, any Error>>
}

/// A group whose machine holds the newest snapshot and whose log is checked.
struct LoadedGroup<Machine: StateMachine>: Sendable {
    let description: GroupDescription<Machine>
    let options: RaftOptions
    let seed: UInt64
    let state: RecoveredState
    let chunks: [EntryChunk<Machine.Output>]
    let snapshotTime: UInt64
    let snapshotBytes: UInt64

    /// Whether the log knows nothing of the group yet.
    var isNew: Bool { description.recovered == nil }

    /// Restores the newest snapshot and checks that the log goes on from it.
    ///
    /// - Throws: ``LogDeviceError`` `.corrupt` when the two do not fit, and what store and machine
    ///   throw.
    init(
        _ description: GroupDescription<Machine>, store: any SnapshotStore, options: HostOptions,
        seed: UInt64
    ) throws {
        let recovered = description.recovered
        let reader = try store.openNewest(of: description.id)
        let position = reader?.metadata.position ?? .zero
        var configuration = Configuration.empty
        if let reader {
            configuration = try Configuration(encoded: reader.metadata.configuration)
            try description.machine.restore(from: reader)
        }
        var state = RecoveredState(
            hardState: HardState(term: recovered?.term ?? .zero, vote: recovered?.vote),
            snapshot: position, configuration: configuration)
        try Self.replay(recovered, into: &state)
        self.description = description
        self.options = options.raft
        self.seed = seed
        self.state = state
        chunks = EntryChunk.chunks(
            of: recovered?.entries ?? [], from: position.index.successor,
            maximum: options.applySliceMaximum)
        snapshotTime = reader?.metadata.time ?? 0
        snapshotBytes = reader?.byteCount ?? 0
    }

    private static func replay(_ group: RecoveredGroup?, into state: inout RecoveredState) throws {
        do {
            for entry in group?.entries ?? [] {
                let isConfiguration = entry.kind == .configuration
                try state.append(
                    LogPosition(index: entry.index, term: entry.term),
                    configuration: isConfiguration ? Configuration(encoded: entry.payload) : nil)
            }
        } catch let error as RecoveryError {
            throw LogDeviceError(.corrupt, error.message)
        }
        if let named = group?.snapshot, named.index > state.lastPosition.index {
            throw LogDeviceError(
                .corrupt,
                "expected a snapshot at entry \(named.index), or the log up to it; found the log "
                    + "ending at \(state.lastPosition.index)")
        }
    }
}
