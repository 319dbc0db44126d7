extension RaftServer {
    /// Begins to give leadership to another voter (thesis §3.10).
    mutating func transferLeadership(
        to target: MemberID?, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard leadership != nil, let target = target ?? furthestVoter, target != id else { return }
        guard configuration.voters.contains(target) else {
            return effects.append(.transferFailed(to: target))
        }
        guard leadership?.handover.attempt == nil else { return }
        let deadline = now.advanced(by: options.electionTimeout.upperBound)
        leadership?.handover.attempt = Handover.Attempt(target: target, deadline: deadline)
        continueHandover(into: &effects)
    }

    /// Tells the next leader to start an election once it is level; no proposals are taken meanwhile.
    mutating func continueHandover(into effects: inout RaftEffectBuffer) {
        guard let attempt = leadership?.handover.attempt else { return }
        guard let place = leadership?.place(of: attempt.target) else { return }
        guard leadership?.peers[place].matched == log.lastIndex else { return }
        leadership?.handover.hasBegun = true
        send(.timeoutNow, to: attempt.target, into: &effects)
    }

    /// Leads on if the other member has not taken over in time.
    mutating func endHandover(now: Instant, into effects: inout RaftEffectBuffer) {
        guard let attempt = leadership?.handover.attempt, attempt.deadline <= now else { return }
        leadership?.handover.attempt = nil
        leadership?.handover.preferredSince = now
        effects.append(.transferFailed(to: attempt.target))
    }

    /// Starts the election that the leader asked for.
    mutating func timeoutNow(
        from sender: MemberID, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard role == .follower, sender == leader, configuration.isVoter(id) else { return }
        startElection(isTransfer: true, now: now, into: &effects)
    }

    /// Hands over to the voter with the highest priority once it has been level for a while.
    mutating func preferMember(now: Instant, into effects: inout RaftEffectBuffer) {
        guard let preferred = preferredVoter else {
            leadership?.handover.preferred = nil
            return
        }
        guard leadership?.handover.preferred == preferred,
            let since = leadership?.handover.preferredSince
        else {
            leadership?.handover.preferred = preferred
            leadership?.handover.preferredSince = now
            return
        }
        guard since.advanced(by: options.electionTimeout.upperBound * 2) <= now else { return }
        transferLeadership(to: preferred, now: now, into: &effects)
    }

    /// A voter with a higher priority that has all that is committed and answers.
    private var preferredVoter: MemberID? {
        guard let leadership, leadership.handover.attempt == nil, mayChange else { return nil }
        let own = configuration.priority(of: id)
        let candidates = leadership.peers.filter { peer in
            configuration.voters.contains(peer.member) && peer.isReplicating
                && configuration.priority(of: peer.member) > own && peer.matched >= commitIndex
                && peer.echoed >= leadership.rounds.confirmed
        }
        return candidates.max {
            configuration.priority(of: $0.member) < configuration.priority(of: $1.member)
        }?.member
    }

    /// The other voter that has the most of the log.
    var furthestVoter: MemberID? {
        leadership?.peers.filter { configuration.voters.contains($0.member) }
            .max { $0.matched < $1.matched }?.member
    }
}
