extension RaftServer {
    /// Adopts a newer term (Raft §5.1).
    mutating func enter(
        _ newTerm: Term, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        precondition(newTerm > term, "a term is entered once")
        write(HardState(term: newTerm), into: &effects)
        following.enterTerm(commitIndex: commitIndex)
        becomeFollower(of: nil, now: now, into: &effects)
    }

    /// Gives up every other role, within the term or in a new one.
    mutating func becomeFollower(
        of newLeader: MemberID?, refusal: Refusal? = nil, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        let wasFollower = role == .follower
        failReads(refusal ?? .notLeader(hint: newLeader), into: &effects)
        if let contact = leadership?.rounds.quorumContact {
            following.leaderContact = max(following.leaderContact, contact)
        }
        let hadTransfers = leadership?.peers.contains { $0.transfer != nil } ?? false
        leadership = nil
        candidacy = nil
        following.preVote = nil
        uncommitted = UncommittedEntries()
        setLeader(newLeader, into: &effects)
        if hadTransfers { compactLog(into: &effects) }
        guard !wasFollower else { return }
        effects.append(.roleChanged(.follower, term))
        armElectionTimer(now: now)
    }

    mutating func setLeader(_ member: MemberID?, into effects: inout RaftEffectBuffer) {
        guard leader != member else { return }
        leader = member
        failForwardedReads(into: &effects)
        effects.append(.leaderChanged(member, term))
    }

    func send(
        _ content: RaftMessage.Content, to member: MemberID, into effects: inout RaftEffectBuffer
    ) {
        effects.append(.send(RaftMessage(term: term, content: content), to: member))
    }
}
