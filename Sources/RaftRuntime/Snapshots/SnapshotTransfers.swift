import RaftCore

/// Work on a snapshot that travels between members.
enum TransferJob: Sendable {
    /// Read the piece that a message is about.
    case read(RaftMessage, SnapshotChunk, Outbox.Route)
    /// Store a piece that came.
    case store(SnapshotChunk, [UInt8])
    /// Publish what came, and load it.
    case install(LogPosition)
    /// Forget what came.
    ///
    /// What is published stays: this member may have taken a snapshot at the same place, on which its
    /// log relies. One that the log never names is removed with the older ones, or at the next start.
    case discard
}

/// What became of it.
struct TransferResult: Sendable {
    enum Outcome: Sendable {
        case read(RaftMessage, [UInt8], Outbox.Route)
        case unavailable(LogPosition, Outbox.Route)
        case stored(LogPosition, end: UInt64)
        case installed(InstalledSnapshot)
        case refused(LogPosition, LogDeviceError)
    }

    let slot: GroupSlot
    let outcome: Outcome
}

/// Carries out the jobs, on the worker's thread.
struct SnapshotTransfers {
    private let store: any SnapshotStore
    private var outgoing = OutgoingSnapshots()
    private var incoming = IncomingSnapshots()

    init(store: any SnapshotStore) {
        self.store = store
    }

    mutating func discardAll() { incoming.discardAll() }

    /// - Returns: What is to be reported, if anything.
    mutating func perform(
        _ job: TransferJob, of group: GroupID, slot: GroupSlot, machine: any AppliedMachine
    ) -> TransferResult? {
        guard let outcome = outcome(of: job, group, slot, machine) else { return nil }
        return TransferResult(slot: slot, outcome: outcome)
    }

    private mutating func outcome(
        of job: TransferJob, _ group: GroupID, _ slot: GroupSlot, _ machine: any AppliedMachine
    ) -> TransferResult.Outcome? {
        switch job {
        case .read(let message, let chunk, let route):
            return read(chunk, of: message, group, route)
        case .store(let chunk, let bytes):
            do {
                let end = try incoming.store(chunk, bytes, of: group, slot: slot, in: store)
                return .stored(chunk.position, end: end)
            } catch {
                incoming.discard(slot)
                return .refused(chunk.position, LogDeviceError(wrapping: error))
            }
        case .install(let position): return install(position, group, slot, machine)
        case .discard:
            incoming.discard(slot)
            return nil
        }
    }

    private mutating func read(
        _ chunk: SnapshotChunk, of message: RaftMessage, _ group: GroupID, _ route: Outbox.Route
    ) -> TransferResult.Outcome {
        // What cannot be read is as good as gone; a newer snapshot will be sent.
        let piece = try? outgoing.piece(
            of: chunk.position, at: chunk.offset, for: route, group: group, from: store)
        guard let piece else { return .unavailable(chunk.position, route) }
        let filled = chunk.filled(byteCount: piece.bytes.count, isLast: piece.isLast)
        let content = RaftMessage(term: message.term, content: .snapshot(filled))
        return .read(content, piece.bytes, route)
    }

    /// Checks all of a snapshot by loading it before anybody relies on it.
    ///
    /// One that this member has taken at the same place meanwhile is as good, and is not replaced.
    private mutating func install(
        _ position: LogPosition, _ group: GroupID, _ slot: GroupSlot, _ machine: any AppliedMachine
    ) -> TransferResult.Outcome {
        let isTakenHere = (try? store.open(position, of: group)) != nil
        do {
            if isTakenHere {
                incoming.discard(slot)
            } else {
                try incoming.publish(position, slot: slot)
            }
            guard let reader = try store.open(position, of: group) else {
                throw LogDeviceError(.failed, "a snapshot vanished that was published")
            }
            return .installed(
                InstalledSnapshot(
                    position: position, state: try machine.load(from: reader),
                    time: reader.metadata.time, byteCount: reader.byteCount))
        } catch {
            incoming.discard(slot)
            if !isTakenHere { try? store.remove(position, of: group) }
            return .refused(position, LogDeviceError(wrapping: error))
        }
    }
}
