extension RaftServer {
    mutating func tick(now: Instant, into effects: inout RaftEffectBuffer) {
        expireReads(now: now, into: &effects)
        if let heartbeat = leadership?.heartbeat, heartbeat <= now {
            beat(now: now, into: &effects)
        }
        if let deadline = electionDeadline, deadline <= now {
            campaign(now: now, into: &effects)
        }
        watchQuorum(now: now, into: &effects)
    }

    /// Sets when the next election starts.
    ///
    /// A sole voter starts at once, and never again: there is no answer it could miss. A member that may
    /// not lead never starts one.
    mutating func armElectionTimer(now: Instant) {
        if !mayLead || role == .leader {
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

    /// Starts or stops the timer of a follower that may lead from now on or may no longer.
    mutating func alignElectionTimer(now: Instant) {
        guard role == .follower, !hasFailed else { return }
        guard mayLead != (electionDeadline != nil) else { return }
        armElectionTimer(now: now)
    }

    /// When the quorum will be called lost unless a leader is heard; a leader finds out by its rounds.
    var quorumDeadline: Instant? {
        guard hasQuorum, role != .leader, !hasFailed else { return nil }
        guard !configuration.voters.isEmpty, !configuration.isSoleVoter(id) else { return nil }
        return following.leaderContact.advanced(by: options.quorumLossTimeout)
    }

    private mutating func watchQuorum(now: Instant, into effects: inout RaftEffectBuffer) {
        guard let deadline = quorumDeadline, deadline <= now else { return }
        loseQuorum(since: following.leaderContact, into: &effects)
    }

    mutating func loseQuorum(since contact: Instant, into effects: inout RaftEffectBuffer) {
        guard hasQuorum else { return }
        hasQuorum = false
        effects.append(.quorumLost(since: contact))
    }

    mutating func regainQuorum(into effects: inout RaftEffectBuffer) {
        guard !hasQuorum else { return }
        hasQuorum = true
        effects.append(.quorumRegained)
    }
}
