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
        leadership?.handover.preference = nil
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
    ///
    /// A lost message does not make it begin anew.
    mutating func preferMember(now: Instant, into effects: inout RaftEffectBuffer) {
        let preferred = preferredVoter
        if let leadership {
            self.leadership?.handover.lastBeat = Handover.Standing(
                commitIndex: commitIndex, confirmed: leadership.rounds.confirmed)
        }
        let known = leadership?.handover.preference
        guard let preferred else {
            let patience = options.electionTimeout.lowerBound
            if let known, known.confirmed.advanced(by: patience) <= now {
                leadership?.handover.preference = nil
            }
            return
        }
        var preference = Handover.Preference(member: preferred, since: now, confirmed: now)
        if let known, known.member == preferred { preference.since = known.since }
        leadership?.handover.preference = preference
        guard preference.since.advanced(by: options.electionTimeout.upperBound) <= now else {
            return
        }
        transferLeadership(to: preferred, now: now, into: &effects)
    }

    /// A voter with a higher priority that answers and has all that a heartbeat ago was committed.
    private var preferredVoter: MemberID? {
        guard let leadership, leadership.handover.attempt == nil, mayChange else { return nil }
        let own = configuration.priority(of: id)
        let last = leadership.handover.lastBeat
        let candidates = leadership.peers.filter { peer in
            configuration.voters.contains(peer.member) && peer.isReplicating
                && configuration.priority(of: peer.member) > own
                && peer.matched >= last.commitIndex && peer.echoed >= last.confirmed
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
