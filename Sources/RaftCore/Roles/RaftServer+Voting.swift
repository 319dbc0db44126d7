extension RaftServer {
    /// Whether a leader was heard so lately that nobody else should be elected (thesis §4.2.3).
    func isLoyal(now: Instant) -> Bool {
        if let leadership {
            let contact = leadership.rounds.quorumContact
            return now < contact.advanced(by: options.quorumTimeout)
        }
        return now < following.leaderContact.advanced(by: options.electionTimeout.lowerBound)
    }

    /// Says whether this member would vote; changes nothing, which is the point (Ra bbd00102).
    ///
    /// Neither this nor ``grantVote(_:to:now:into:)`` asks who is a member: this one's configuration may
    /// be older than the candidate's.
    func answerPreVote(
        _ request: VoteRequest, term asked: Term, from sender: MemberID, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        let isGranted = asked >= term && request.last >= log.lastPosition && !isLoyal(now: now)
        let reply = PreVoteReply(term: asked, isGranted: isGranted)
        send(.preVoteReply(reply), to: sender, into: &effects)
    }

    mutating func receive(
        _ reply: PreVoteReply, from sender: MemberID, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        guard role == .follower, reply.term == term, reply.isGranted else { return }
        following.preVote?.votes.count(sender)
        guard let votes = following.preVote?.votes, configuration.isQuorum(votes.contains) else {
            return
        }
        startElection(isTransfer: false, now: now, into: &effects)
    }

    /// Votes for a candidate of this term, or refuses (Raft §5.2, §5.4.1).
    ///
    /// The answer leaves when the vote is durable, and with it all that was written before.
    mutating func grantVote(
        _ request: VoteRequest, to candidate: MemberID, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        let isFree = hardState.vote == nil || hardState.vote == candidate
        guard role == .follower, isFree, request.last >= log.lastPosition else {
            return send(.voteReply(isGranted: false), to: candidate, into: &effects)
        }
        if hardState.vote == nil {
            let write = write(HardState(term: term, vote: candidate), into: &effects)
            following.vote = Following.PendingVote(candidate: candidate, write: write)
            following.preVote = nil
            armElectionTimer(now: now)
        } else if following.vote == nil {
            send(.voteReply(isGranted: true), to: candidate, into: &effects)
        }
    }

    /// Sends the vote that is durable by now.
    mutating func sendVote(into effects: inout RaftEffectBuffer) {
        guard let vote = following.vote, vote.write <= writes.persistedSequence else { return }
        following.vote = nil
        send(.voteReply(isGranted: true), to: vote.candidate, into: &effects)
    }

    mutating func receiveVote(
        isGranted: Bool, from sender: MemberID, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard isGranted, candidacy?.hasAsked == true else { return }
        count(voteOf: sender, now: now, into: &effects)
    }
}
