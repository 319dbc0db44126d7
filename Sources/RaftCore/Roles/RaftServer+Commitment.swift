extension RaftServer {
    /// Commits what a quorum has on stable storage (Raft §5.3, §5.4.2).
    ///
    /// The leader's own share is what its disk has confirmed, never what it has merely written: a
    /// group of one lost acknowledged writes that way (etcd #14370).
    mutating func advanceCommit(now: Instant, into effects: inout RaftEffectBuffer) {
        guard let agreed = agreedIndex, agreed > commitIndex else { return }
        let mayEndChange = configurations.currentIndex > commitIndex || !isEstablished
        commit(through: agreed, into: &effects)
        uncommitted.commit(through: agreed)
        dispatch(into: &effects)
        releaseEarlyReads(now: now, into: &effects)
        tellCommit(into: &effects)
        if mayEndChange { continueChange(now: now, into: &effects) }
    }

    /// Whether an entry of this leader's own term is committed, so that it knows all that is.
    var isEstablished: Bool {
        guard let leadership else { return false }
        return commitIndex >= leadership.firstIndex
    }

    /// The highest entry of this leader's term, or before one, that a quorum has; nil without.
    ///
    /// Entries of earlier terms are committed only by one of this term after them (figure 8).
    private var agreedIndex: LogIndex? {
        guard let leadership else { return nil }
        let agreed = configuration.quorumValue { member in
            if member == id { return writes.persistedIndex }
            return leadership.place(of: member).map { leadership.peers[$0].matched } ?? .zero
        }
        guard let agreed, agreed >= leadership.firstIndex else { return nil }
        return agreed
    }

    /// Takes in what the leader calls committed, as far as this log is known to agree (Ra #508).
    mutating func learnCommit(_ index: LogIndex, into effects: inout RaftEffectBuffer) {
        guard index > commitIndex else { return }
        commit(through: index, into: &effects)
        dispatch(into: &effects)
    }

    private mutating func commit(through index: LogIndex, into effects: inout RaftEffectBuffer) {
        precondition(index <= log.lastIndex, "committed beyond the log's end")
        let before = commitIndex
        commitIndex = index
        for element in configurations.elements
        where element.index > before && element.index <= index {
            effects.append(.configurationCommitted(element.configuration, at: element.index))
        }
    }

    /// Hands committed entries that are durable here to the state machine, each once.
    mutating func dispatch(into effects: inout RaftEffectBuffer) {
        // What comes before a snapshot that is being recorded is no longer in the log.
        guard incoming?.isRecording != true else { return }
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
