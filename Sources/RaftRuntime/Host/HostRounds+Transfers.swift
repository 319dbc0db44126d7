import RaftCore

// Snapshots between members: the worker reads, stores and loads, the core decides.
extension HostRounds {
    func submitTransfer(_ job: TransferJob, of group: GroupState) {
        worker.submit(.transfer(group.handle.slot, group.id, group.machine, job))
    }

    /// Stores a piece; its bytes are those that just arrived.
    func storeSnapshot(_ chunk: SnapshotChunk, of group: GroupState) {
        guard case .bytes(let bytes) = group.arrived else {
            preconditionFailure("a piece of a snapshot came without its bytes")
        }
        submitTransfer(.store(chunk, bytes), of: group)
    }

    func transferFinished(_ result: TransferResult) {
        guard let group = slots[result.slot.rawValue] else { return }
        switch result.outcome {
        case .read(let message, let bytes, let route):
            outbox.add(
                PeerEnvelope(
                    group: group.id, sender: group.server.id, receiver: route.member,
                    content: .raft(message, .bytes(bytes))), to: route)
        case .unavailable(let position, let route):
            group.step(.snapshotUnavailable(position, to: route.member), now: now)
        case .stored(let position, let end):
            group.step(.snapshotStored(position, end: end), now: now)
        case .installed(let snapshot):
            group.installed = snapshot
            group.step(.snapshotInstalled(snapshot.position), now: now)
        case .refused(let position, let error):
            group.observer(.snapshotRefused(position, error))
            group.step(.snapshotRefused(position), now: now)
        }
    }

    /// Replaces the state by the one that was loaded: its place in the log is durable.
    func restoreSnapshot(_ position: LogPosition, of group: GroupState) {
        guard let installed = group.installed, installed.position == position else {
            preconditionFailure("the snapshot at \(position.index.rawValue) is not loaded")
        }
        group.installed = nil
        dropChunks(through: position.index, of: group)
        installed.state.replace()
        statistics.receivedSnapshots += 1
        group.applyTarget = max(group.applyTarget, position.index)
        group.appliedTime = max(group.appliedTime, installed.time)
        group.lastTime = max(group.lastTime, installed.time)
        group.replayEnd = nil
        group.snapshots.logBytes = 0
        group.snapshots.snapshotBytes = installed.byteCount
        group.snapshots.snapshotTime = installed.time
        group.snapshots.lastTime = now
        group.step(.applied(position.index), now: now)
        group.handle.publishApplied(position.index)
        // Who is answered now finds the snapshot in the status too.
        group.publish()
        group.observer(.snapshotInstalled(position))
        answerAppliedWaits(of: group)
        answerForwarded(of: group)
        worker.submit(.prune(group.id, before: position))
    }

    func discardSnapshot(_ position: LogPosition, of group: GroupState) {
        if group.installed?.position == position { group.installed = nil }
        submitTransfer(.discard, of: group)
    }

    /// Forgets entries that a snapshot includes; what they answered is not known here.
    private func dropChunks(through index: LogIndex, of group: GroupState) {
        let dropped = group.chunks.prefix { $0.lastIndex <= index }
        group.chunks.removeFirst(dropped.count)
        precondition(
            group.chunks.first.map { $0.firstIndex == index.successor } ?? true,
            "the log does not go on from the snapshot")
        for chunk in dropped {
            for command in chunk.requests { fail(command, .notLeader(hint: group.server.leader)) }
        }
    }
}
