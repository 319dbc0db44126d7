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

    mutating func tick(now: Instant, into effects: inout RaftEffectBuffer) {
        guard let deadline = electionDeadline, deadline <= now else { return }
        campaign(now: now, into: &effects)
    }

    /// Becomes a candidate of the next term (Raft §5.2).
    mutating func campaign(now: Instant, into effects: inout RaftEffectBuffer) {
        guard role != .leader, configuration.isVoter(id) else { return }
        // A candidate whose vote is still on its way to the disk would only burn terms.
        guard !isOwnVoteInFlight else { return }
        let ownVote = write(HardState(term: term.successor, vote: id), into: &effects)
        state = .candidate(Candidacy(ownVote: ownVote))
        setLeader(nil, into: &effects)
        armElectionTimer(now: now)
        effects.append(.roleChanged(.candidate, term))
    }

    /// Counts the candidate's own vote once it is durable (Raft §5.2, thesis §3.8).
    mutating func countOwnVote(into effects: inout RaftEffectBuffer) {
        guard case .candidate(var candidacy) = state else { return }
        guard candidacy.ownVote <= writes.persistedSequence else { return }
        candidacy.count(id)
        state = .candidate(candidacy)
        guard configuration.isQuorum(candidacy.votes.contains) else { return }
        becomeLeader(into: &effects)
    }

    /// Sets when the next election starts.
    ///
    /// A sole voter starts at once, and never again: there is no answer it could miss. A member that is
    /// no voter never starts one.
    mutating func armElectionTimer(now: Instant) {
        if !configuration.isVoter(id) {
            electionDeadline = nil
        } else if configuration.isSoleVoter(id) {
            electionDeadline = role == .follower ? now : nil
        } else {
            let range = options.electionTimeout
            let spread = range.upperBound.nanoseconds - range.lowerBound.nanoseconds
            let jitter = random.next(through: spread)
            electionDeadline = now.advanced(by: range.lowerBound).advanced(byNanoseconds: jitter)
        }
    }

    private mutating func becomeLeader(into effects: inout RaftEffectBuffer) {
        state = .leader(Leadership(firstIndex: log.lastIndex.successor))
        electionDeadline = nil
        effects.append(.roleChanged(.leader, term))
        setLeader(id, into: &effects)
        append(count: 1, from: .noOperation, into: &effects)
    }

    private mutating func setLeader(_ member: MemberID?, into effects: inout RaftEffectBuffer) {
        guard leader != member else { return }
        leader = member
        effects.append(.leaderChanged(member, term))
    }

    private var isOwnVoteInFlight: Bool {
        guard case .candidate(let candidacy) = state else { return false }
        return candidacy.ownVote > writes.persistedSequence
    }
}
