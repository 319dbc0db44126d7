import RaftCore

// Snapshots: captured here in O(1), written by the worker, recorded in the log, then the log shrinks.
extension HostRounds {
    func snapshotIfDue(_ group: GroupState) {
        guard !group.snapshots.isUnderWay, group.server.mayTakeSnapshot else { return }
        guard shutdown == .none, log.failure == nil else { return }
        guard options.snapshots.isDue(group.snapshots, space: log.space, now: now) else { return }
        let index = group.server.appliedIndex
        guard index > group.server.snapshotPosition.index else { return }
        guard let term = group.server.term(at: index) else {
            preconditionFailure("the term of applied entry \(index) is forgotten")
        }
        let metadata = SnapshotMetadata(
            group: group.id, position: LogPosition(index: index, term: term),
            time: group.appliedTime,
            configuration: group.server.configuration(at: index).encoded(),
            machineVersion: group.machine.machineVersion)
        group.snapshots.isUnderWay = true
        group.snapshots.logBytes = 0
        group.snapshots.isWanted = false
        group.snapshots.lastTime = now
        group.snapshots.capturedTime = group.appliedTime
        worker.submit(
            TakeJob(slot: group.handle.slot, metadata: metadata, source: group.machine.capture()))
    }

    /// Takes a snapshot of a group, now or as soon as one may be taken.
    func takeSnapshot(of id: GroupID) {
        guard let group = groupsByID[id] else { return }
        group.snapshots.isWanted = true
        snapshotIfDue(group)
    }

    /// Takes in what became of a snapshot.
    func snapshotFinished(_ result: SnapshotResult) {
        guard let group = slots[result.slot.rawValue] else { return }
        group.snapshots.isUnderWay = false
        switch result.byteCount {
        case .success(let byteCount):
            statistics.snapshots += 1
            group.snapshots.snapshotBytes = byteCount
            group.snapshots.snapshotTime = group.snapshots.capturedTime
            group.step(.snapshotTaken(result.position), now: now)
            group.observer(.snapshotTaken(result.position, byteCount: byteCount))
        case .failure(let error):
            // The next one is due after as much log again.
            statistics.failedSnapshots += 1
            group.observer(.snapshotFailed(error))
        }
    }
}
