extension RaftServer {
    /// Begins a change of members (thesis chapter 4); it is in force as soon as it is in the log.
    mutating func changeMembership(
        _ change: MembershipChange, _ token: ProposalToken, expecting expected: LogIndex?,
        now: Instant, into effects: inout RaftEffectBuffer
    ) {
        if let refusal = refusalOfChange(expecting: expected) {
            return effects.append(.rejected(token, refusal))
        }
        switch configuration.applying(change) {
        case .failure(let refusal): effects.append(.rejected(token, .change(refusal)))
        case .success(let next):
            effects.append(.accepted(token, at: log.lastIndex.successor))
            append(next, now: now, into: &effects)
        }
    }

    private func refusalOfChange(expecting expected: LogIndex?) -> Refusal? {
        guard let leadership else { return .notLeader(hint: leader) }
        if let attempt = leadership.handover.attempt { return .transferring(to: attempt.target) }
        guard mayChange else { return .change(.underWay) }
        guard expected == nil || expected == configurations.currentIndex else {
            return .change(.unexpectedConfiguration)
        }
        return nil
    }

    /// Whether a configuration may be appended: one at a time, and only after an entry of the leader's
    /// own term is committed, or two leaders could decide without each other (Ongaro, 2015).
    var mayChange: Bool {
        isEstablished && configurations.currentIndex <= commitIndex && !configuration.isJoint
    }

    private mutating func append(
        _ next: Configuration, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        append(count: 1, from: .configuration(next), into: &effects)
        alignPeers(now: now)
        replicateAll(now: now, into: &effects)
    }

    /// Goes on when a configuration is committed: out of a joint one, or away from a removed leader.
    ///
    /// Whoever leads does so, so no change is left half done.
    mutating func continueChange(now: Instant, into effects: inout RaftEffectBuffer) {
        guard leadership != nil, configurations.currentIndex <= commitIndex else { return }
        if configuration.isJoint {
            append(configuration.leavingJoint, now: now, into: &effects)
        } else if !configuration.isVoter(id) {
            if let next = furthestVoter { send(.timeoutNow, to: next, into: &effects) }
            becomeFollower(of: nil, now: now, into: &effects)
        } else {
            alignPeers(now: now)
        }
    }

    /// Begins to measure how learners that are to be promoted keep up.
    mutating func measureLearners(now: Instant) {
        for place in 0..<(leadership?.peers.count ?? 0) {
            guard let peer = leadership?.peers[place], peer.isReplicating else { continue }
            guard peer.catchUp == nil, configuration.promotable.contains(peer.member) else {
                continue
            }
            leadership?.peers[place].catchUp = CatchUp(target: log.lastIndex, start: now)
        }
    }

    /// Makes a learner a voter that caught up with the log in less than an election timeout, so that
    /// it does not hold up commits (thesis §4.2.1).
    mutating func promote(
        from place: Int, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard let peer = leadership?.peers[place], let catchUp = peer.catchUp else { return }
        guard peer.matched >= catchUp.target else { return }
        let limit = catchUp.start.advanced(by: options.electionTimeout.lowerBound)
        guard now <= limit, mayChange, leadership?.handover.attempt == nil else {
            leadership?.peers[place].catchUp = nil
            return
        }
        guard let next = configuration.promoting(peer.member) else { return }
        leadership?.peers[place].catchUp = nil
        append(next, now: now, into: &effects)
    }
}
