extension RaftServer {
    /// Traps unless the server's parts agree with each other; tests call it after every step.
    public func checkInvariants() {
        precondition(log.base.index <= snapshots.newest.index, "the log begins after the snapshot")
        precondition(snapshots.newest.index <= appliedIndex, "the snapshot is ahead of the state")
        precondition(appliedIndex <= dispatchedIndex, "applied what was never handed out")
        precondition(dispatchedIndex <= commitIndex, "handed out what is not committed")
        precondition(dispatchedIndex <= writes.persistedIndex, "handed out what is not durable")
        precondition(writes.persistedIndex <= log.lastIndex, "durable beyond the log's end")
        precondition(commitIndex <= log.lastIndex, "committed beyond the log's end")
        precondition(log.lastPosition.term <= term, "an entry of a future term")
        precondition(configurations.currentIndex <= log.lastIndex, "a configuration without entry")
        precondition(uncommitted.byteCount >= 0, "the count of uncommitted bytes leaks")
        checkRole()
    }

    private func checkRole() {
        switch state {
        case .follower: break
        case .candidate(let candidacy):
            precondition(hardState.vote == id, "a candidate votes for itself")
            precondition(candidacy.ownVote <= writes.lastSequence, "a vote that was never written")
            precondition(!hasFailed, "a candidate without a disk")
        case .leader(let leadership):
            precondition(hardState.vote == id, "a leader voted for itself")
            precondition(leader == id, "a leader knows that it leads")
            let isForgotten = leadership.firstIndex <= log.base.index
            precondition(
                isForgotten || log.term(at: leadership.firstIndex) == term,
                "a leader begins with an entry of its own term")
            precondition(!hasFailed, "a leader without a disk")
            precondition(electionDeadline == nil, "a leader waits for no election")
        }
    }

    /// Traps unless this server can follow from an earlier state of it, of the same incarnation.
    public func checkTransition(from earlier: RaftServer) {
        precondition(term >= earlier.term, "the term decreased")
        if term == earlier.term, let vote = earlier.hardState.vote {
            precondition(hardState.vote == vote, "the vote changed within a term")
        }
        precondition(commitIndex >= earlier.commitIndex, "the commit index decreased")
        precondition(appliedIndex >= earlier.appliedIndex, "the applied index decreased")
        precondition(dispatchedIndex >= earlier.dispatchedIndex, "an entry was handed out twice")
        precondition(
            writes.persistedSequence >= earlier.writes.persistedSequence, "a write was undone")
        precondition(
            snapshots.newest.index >= earlier.snapshots.newest.index, "the snapshot went back")
        precondition(!earlier.hasFailed || hasFailed, "a failed disk came back")
        checkCommittedEntries(from: earlier)
        if earlier.role == .leader, role == .leader, term == earlier.term {
            precondition(log.lastIndex >= earlier.log.lastIndex, "a leader removed entries")
        }
    }

    private func checkCommittedEntries(from earlier: RaftServer) {
        let starts = earlier.log.runs.map(\.first) + [earlier.commitIndex]
        for index in starts where index <= earlier.commitIndex && index > log.base.index {
            precondition(
                log.term(at: index) == earlier.log.term(at: index),
                "committed entry \(index) changed")
        }
    }
}
