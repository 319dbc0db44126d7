extension RaftServer {
    /// Shows the other members that the leader is alive, and looks whether it still is one.
    mutating func beat(now: Instant, into effects: inout RaftEffectBuffer) {
        guard !stepDownWithoutQuorum(now: now, into: &effects) else { return }
        guard !stepDownWithoutDisk(now: now, into: &effects) else { return }
        leadership?.heartbeat = now.advanced(by: options.heartbeatInterval)
        endHandover(now: now, into: &effects)
        beginRound(now: now, into: &effects)
        resendSnapshots(now: now, into: &effects)
        measureLearners(now: now)
        preferMember(now: now, into: &effects)
    }

    /// Begins a round and asks every member to echo it.
    mutating func beginRound(now: Instant, into effects: inout RaftEffectBuffer) {
        _ = leadership?.rounds.begin(now: now)
        for place in 0..<(leadership?.peers.count ?? 0) {
            sendHeartbeat(to: place, now: now, into: &effects)
        }
        confirmRounds(into: &effects)
    }

    /// Takes in which round a quorum has echoed, and serves the reads that waited for it.
    mutating func confirmRounds(into effects: inout RaftEffectBuffer) {
        guard let leadership else { return }
        let confirmed = configuration.quorumValue { member in
            if member == id { return leadership.rounds.last }
            return leadership.place(of: member).map { leadership.peers[$0].echoed } ?? .zero
        }
        guard let confirmed, confirmed > leadership.rounds.confirmed else { return }
        self.leadership?.rounds.confirm(confirmed)
        serveReads(into: &effects)
    }

    /// Check-quorum (thesis §6.2): a leader without a majority really steps down and falls silent, so
    /// that a member between two parts is not kept from the part with the majority (openraft #2080).
    ///
    /// What counts is the start of the last round that a quorum echoed, not that messages arrive.
    private mutating func stepDownWithoutQuorum(
        now: Instant, into effects: inout RaftEffectBuffer
    ) -> Bool {
        guard let contact = leadership?.rounds.quorumContact else { return true }
        guard contact.advanced(by: options.quorumTimeout) <= now else { return false }
        // A round that needs nobody else is confirmed as soon as it begins.
        guard !configuration.isSoleVoter(id) else { return false }
        becomeFollower(of: nil, now: now, into: &effects)
        loseQuorum(since: contact, into: &effects)
        return true
    }

    /// A leader whose disk stands still can commit only by the others' work (hashicorp #683).
    private mutating func stepDownWithoutDisk(
        now: Instant, into effects: inout RaftEffectBuffer
    ) -> Bool {
        guard let sequence = writes.inFlight.first?.sequence, !configuration.isSoleVoter(id) else {
            leadership?.slowestWrite = nil
            return false
        }
        guard let slowest = leadership?.slowestWrite, slowest.sequence == sequence else {
            leadership?.slowestWrite = SlowWrite(sequence: sequence, since: now)
            return false
        }
        guard slowest.since.advanced(by: options.stallTimeout) <= now else { return false }
        becomeFollower(of: nil, now: now, into: &effects)
        return true
    }
}
