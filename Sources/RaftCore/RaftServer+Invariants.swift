extension RaftServer {
    /// Traps unless the server's parts agree with each other; tests call it after every step.
    public func checkInvariants() {
        precondition(
            log.base.index <= snapshots.newest.index || incoming?.isRecording == true,
            "the log begins after the snapshot")
        precondition(snapshots.newest.index <= dispatchedIndex, "a snapshot of what is not applied")
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
        precondition(candidacy == nil || leadership == nil, "a server has one role")
        precondition(role == .follower || hardState.vote == id, "nobody elects who did not vote")
        precondition(role == .follower || !hasFailed, "a role without a disk")
        precondition(role == .follower || following.preVote == nil, "a pre-vote after the election")
        if let candidacy {
            precondition(candidacy.ownVote <= writes.lastSequence, "a vote that was never written")
        }
        if let leadership { check(leadership) }
    }

    private func check(_ leadership: Leadership) {
        precondition(leader == id, "a leader knows that it leads")
        precondition(electionDeadline == nil, "a leader waits for no election")
        let isForgotten = leadership.firstIndex <= log.base.index
        precondition(
            isForgotten || log.term(at: leadership.firstIndex) == term,
            "a leader begins with an entry of its own term")
        for peer in leadership.peers {
            precondition(peer.member != id, "a leader keeps no account of itself")
            precondition(peer.matched <= log.lastIndex, "a member has what the leader has not")
            precondition(peer.next > peer.matched, "what a member has is sent again")
            let byteCount = peer.window.messages.reduce(0) { $0 + $1.byteCount }
            precondition(peer.window.byteCount == byteCount, "the count of bytes in flight leaks")
            precondition(
                peer.window.messages.count <= options.inflightMessagesMaximum,
                "more messages in flight than allowed")
        }
        let missing = configuration.allMembers.filter { member in
            member != id && leadership.place(of: member) == nil
        }
        precondition(missing.isEmpty, "no account of \(missing)")
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
