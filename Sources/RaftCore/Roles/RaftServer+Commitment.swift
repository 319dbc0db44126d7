extension RaftServer {
    /// Commits what a quorum has on stable storage (Raft §5.3, §5.4.2).
    ///
    /// The leader's own share is what its disk has confirmed, never what it has merely written: a
    /// group of one lost acknowledged writes that way (etcd #14370).
    mutating func advanceCommit(into effects: inout RaftEffectBuffer) {
        guard case .leader(let leadership) = state else { return }
        let agreed = configuration.quorumValue { member in
            member == id ? writes.persistedIndex : .zero
        }
        guard let agreed, agreed > commitIndex else { return }
        // Entries of earlier terms are committed only by one of this term after them (figure 8).
        guard agreed >= leadership.firstIndex else { return }
        commitIndex = agreed
        uncommitted.commit(through: agreed)
        releaseEarlyReads(into: &effects)
    }

    /// Hands committed entries that are durable here to the state machine, each once.
    mutating func dispatch(into effects: inout RaftEffectBuffer) {
        let end = min(commitIndex, writes.persistedIndex)
        guard end > dispatchedIndex else { return }
        effects.append(.apply(dispatchedIndex.successor...end))
        dispatchedIndex = end
    }

    mutating func applied(_ index: LogIndex) {
        precondition(index >= appliedIndex, "the state machine cannot go back to \(index)")
        precondition(index <= dispatchedIndex, "entry \(index) was never handed out")
        appliedIndex = index
    }
}
