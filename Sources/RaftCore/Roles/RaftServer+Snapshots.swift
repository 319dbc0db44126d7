extension RaftServer {
    /// Records a published snapshot in the log (Raft §7).
    mutating func snapshotTaken(_ position: LogPosition, into effects: inout RaftEffectBuffer) {
        // The state that was saved includes nothing that a crash could still take from the log.
        precondition(position.index <= appliedIndex, "a snapshot holds applied entries only")
        precondition(snapshots.pending == nil, "one snapshot at a time")
        guard position.index > snapshots.newest.index else { return }
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
        let older = snapshots.newest
        snapshots = SnapshotRecord(newest: pending.position, pending: nil)
        guard older.index > .zero else { return }
        log.compact(through: older.index)
        configurations.compact(through: older.index)
        effects.append(.compact(through: older.index))
    }
}
