import RaftCore

/// What the driver knows of one group; used by the draining thread only.
final class GroupState<Machine: StateMachine> {
    typealias Output = Machine.Output

    let slot: GroupSlot
    let id: GroupID
    let machine: Machine
    let handle: RaftGroup<Machine>
    let observer: @Sendable (GroupEvent) -> Void
    var server: RaftServer
    var effects = RaftEffectBuffer()

    /// Commands that are not in the log yet, in order of arrival.
    var backlog: [PendingCommand<Output>] = []
    /// Proposals that the core has yet to answer, in order.
    var staged: [StagedProposal<Output>] = []
    /// Entries that are not applied yet, in log order.
    var chunks: [EntryChunk<Output>] = []
    /// Entries up to here may be applied.
    var applyTarget: LogIndex
    /// The last entry of a recovered log, until it is applied.
    var replayEnd: LogIndex?
    /// Outputs of the entries being applied; kept for its storage.
    var outputs: [Output] = []

    /// Reads of which the core has yet to say the index.
    var unconfirmedReads: [UnconfirmedReads] = []
    /// Reads that arrived since the core was last asked.
    var newReads: [Waiter<ReadOutcome>] = []
    /// Reads and waits for an index to be applied.
    var appliedWaiters: [AppliedWaiter] = []
    /// Callers of `open` that wait until the group can serve.
    var openWaiters: [Completion<Result<RaftGroup<Machine>, any Error>>] = []

    /// The time of the last entry written, in milliseconds.
    var lastTime: UInt64
    /// The time of the last entry applied.
    var appliedTime: UInt64
    var snapshots: SnapshotProgress
    private var lastToken: UInt64 = 0

    init(_ loaded: LoadedGroup<Machine>, slot: GroupSlot, handle: RaftGroup<Machine>, now: Instant)
    {
        self.slot = slot
        self.handle = handle
        id = loaded.description.id
        machine = loaded.description.machine
        observer = loaded.description.observer
        server = RaftServer(
            id: loaded.description.member, options: loaded.options, recovered: loaded.state,
            seed: loaded.seed, now: now)
        chunks = loaded.chunks
        applyTarget = loaded.state.snapshot.index
        replayEnd = loaded.chunks.isEmpty ? nil : loaded.state.lastPosition.index
        appliedTime = loaded.snapshotTime
        lastTime = max(loaded.snapshotTime, loaded.chunks.last?.entries.last?.time ?? 0)
        snapshots = SnapshotProgress(snapshotBytes: loaded.snapshotBytes, lastTime: now)
    }

    func nextToken() -> UInt64 {
        lastToken += 1
        return lastToken
    }

    func step(_ event: RaftEvent, now: Instant) {
        server.step(event, now: now, into: &effects)
    }
}

/// A command with who waits for it.
struct PendingCommand<Output: Sendable>: Sendable {
    let payload: [UInt8]
    let mayUseReserve: Bool
    var waiter: Waiter<ProposalOutcome<Output>>
}

/// Commands that were proposed to the core together.
struct StagedProposal<Output: Sendable>: Sendable {
    let token: ProposalToken
    var commands: [PendingCommand<Output>]
}

/// Reads that share one question to the core.
struct UnconfirmedReads: Sendable {
    let id: ReadID
    var waiters: [Waiter<ReadOutcome>]
}

/// Someone who waits until an index is applied.
struct AppliedWaiter: Sendable {
    let index: LogIndex
    var waiter: Waiter<ReadOutcome>
}
