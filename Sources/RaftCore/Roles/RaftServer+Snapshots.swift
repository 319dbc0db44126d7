extension RaftServer {
    /// Records a published snapshot in the log (Raft §7).
    mutating func snapshotTaken(_ position: LogPosition, into effects: inout RaftEffectBuffer) {
        // A newer one may have come from the leader meanwhile.
        guard position.index > snapshots.newest.index, position.index > log.base.index else {
            return
        }
        // The state that was saved includes nothing that a crash could still take from the log.
        precondition(position.index <= appliedIndex, "a snapshot holds applied entries only")
        precondition(snapshots.pending == nil, "one snapshot at a time")
        precondition(log.term(at: position.index) == position.term, "a snapshot of another log")
        let sequence = writes.write(lastIndex: log.lastIndex)
        snapshots.pending = SnapshotRecord.Pending(position: position, write: sequence)
        effects.append(.write(sequence, .snapshot(position)))
    }

    /// Lets go of the log before the last snapshot but one, once the last one is recorded.
    ///
    /// The log between the two stays, so the older snapshot can stand in for a damaged newer one.
    mutating func retireSnapshots(into effects: inout RaftEffectBuffer) {
        guard let pending = snapshots.pending else { return }
        guard pending.write <= writes.persistedSequence else { return }
        snapshots.compactable = snapshots.newest.index
        snapshots.newest = pending.position
        snapshots.pending = nil
        compactLog(into: &effects)
    }

    /// Compacts the log as far as it may be, unless a snapshot is being sent: the entries after it will
    /// be needed next, or the member would need yet another snapshot.
    mutating func compactLog(into effects: inout RaftEffectBuffer) {
        guard snapshots.compactable > log.base.index else { return }
        guard leadership?.peers.contains(where: { $0.transfer != nil }) != true else { return }
        log.compact(through: snapshots.compactable)
        sizes.compact(through: snapshots.compactable)
        configurations.compact(through: snapshots.compactable)
        effects.append(.compact(through: snapshots.compactable))
    }
}
