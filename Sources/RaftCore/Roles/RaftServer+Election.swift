extension RaftServer {
    /// Writes the first entry of a new group.
    mutating func bootstrap(
        _ configuration: Configuration, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        // A crash may have kept the term of an earlier attempt without its entry.
        precondition(term <= Term(1), "a group can only be made before any election")
        precondition(lastPosition == .zero, "a group can only be made where there is no log")
        precondition(!configuration.voters.isEmpty, "a group needs at least one voter")
        write(HardState(term: Term(1), vote: hardState.vote), into: &effects)
        append(count: 1, from: .configuration(configuration), into: &effects)
        armElectionTimer(now: now)
    }

    /// Makes this member the only voter, on an operator's word that the others never come back.
    ///
    /// The configuration gets a term of its own, so that no entry of the others can look like it.
    mutating func recoverAsSoleVoter(now: Instant, into effects: inout RaftEffectBuffer) {
        precondition(role == .follower, "recovery comes before everything else")
        precondition(leader == nil, "recovery is for a group without leader")
        precondition(lastPosition > .zero, "there is nothing to recover")
        write(HardState(term: term.successor, vote: id), into: &effects)
        following.enterTerm(commitIndex: commitIndex)
        append(count: 1, from: .configuration(configuration.reduced(to: id)), into: &effects)
        armElectionTimer(now: now)
    }

    /// Asks the voters whether an election would succeed, and starts one if so (thesis §9.6).
    ///
    /// Nothing but the timer changes before a quorum agrees, so a member that cannot win disturbs
    /// nobody and does not run ahead in terms. A member that heard a leader lately does not campaign,
    /// whoever asks it to: the leader's lease counts on its loyalty. To move leadership, transfer it.
    mutating func campaign(now: Instant, into effects: inout RaftEffectBuffer) {
        guard role != .leader, mayLead else { return }
        guard configuration.isSoleVoter(id) || !isLoyal(now: now) else { return }
        armElectionTimer(now: now)
        // A candidate whose vote is still on its way to the disk would only burn terms.
        guard !isOwnVoteInFlight else { return }
        becomeFollower(of: nil, now: now, into: &effects)
        var preVote = PreVote()
        preVote.votes.count(id)
        following.preVote = preVote
        guard !configuration.isQuorum(preVote.votes.contains) else {
            return startElection(isTransfer: false, now: now, into: &effects)
        }
        askVoters(.preVoteRequest(VoteRequest(last: log.lastPosition)), into: &effects)
    }

    /// Becomes a candidate of the next term (Raft §5.2).
    mutating func startElection(
        isTransfer: Bool, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        let ownVote = write(HardState(term: term.successor, vote: id), into: &effects)
        following.enterTerm(commitIndex: commitIndex)
        candidacy = Candidacy(ownVote: ownVote, isTransfer: isTransfer)
        setLeader(nil, into: &effects)
        armElectionTimer(now: now)
        effects.append(.roleChanged(.candidate, term))
    }

    /// Counts the candidate's own vote once it is durable, and asks for the others (thesis §3.8).
    ///
    /// Its whole log is durable then too, so the candidate claims nothing that a crash could take back
    /// (canonical/raft #386).
    mutating func countOwnVote(now: Instant, into effects: inout RaftEffectBuffer) {
        guard let candidacy, !candidacy.hasAsked, !isOwnVoteInFlight else { return }
        self.candidacy?.hasAsked = true
        count(voteOf: id, now: now, into: &effects)
        guard role == .candidate else { return }
        let request = VoteRequest(last: log.lastPosition, isTransfer: candidacy.isTransfer)
        askVoters(.voteRequest(request), into: &effects)
    }

    /// Counts a vote of the current term.
    mutating func count(
        voteOf member: MemberID, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        candidacy?.votes.count(member)
        guard let votes = candidacy?.votes, configuration.isQuorum(votes.contains) else { return }
        becomeLeader(now: now, into: &effects)
    }

    private mutating func becomeLeader(now: Instant, into effects: inout RaftEffectBuffer) {
        candidacy = nil
        leadership = Leadership(firstIndex: log.lastIndex.successor, now: now)
        electionDeadline = nil
        effects.append(.roleChanged(.leader, term))
        setLeader(id, into: &effects)
        append(count: 1, from: .noOperation, into: &effects)
        alignPeers(now: now)
        replicateAll(now: now, into: &effects)
    }

    private func askVoters(_ content: RaftMessage.Content, into effects: inout RaftEffectBuffer) {
        for voter in configuration.allVoters where voter != id {
            send(content, to: voter, into: &effects)
        }
    }

    /// Whether this member may have to lead: as a voter, or as one that leaves.
    ///
    /// Until the change is known to be committed, the log of the member that leaves may be the only one
    /// that a majority can vote for, and nobody else could end the change (thesis §4.2.2, figure 4.6).
    var mayLead: Bool {
        guard !configuration.isVoter(id) else { return true }
        guard configurations.currentIndex > commitIndex else { return false }
        return configurations.previous?.isVoter(id) ?? false
    }

    private var isOwnVoteInFlight: Bool {
        guard let candidacy else { return false }
        return candidacy.ownVote > writes.persistedSequence
    }
}
