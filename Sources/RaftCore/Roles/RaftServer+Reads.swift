extension RaftServer {
    /// Takes in a linearizable read of this member (thesis §6.4).
    mutating func read(
        _ read: ReadID, byLease: Bool, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard role == .leader else { return forward(read, now: now, into: &effects) }
        if byLease, hasLease(now: now) {
            return effects.append(.readReady(read, at: commitIndex))
        }
        queue(.local(read), now: now, into: &effects)
    }

    /// Whether the lease covers this instant: the leader is established, and a quorum promised to elect
    /// nobody else until later than now.
    private func hasLease(now: Instant) -> Bool {
        guard let leadership, options.allowsLeaseReads, isEstablished else { return false }
        // A member that was told to start an election need not keep the promise.
        guard !leadership.handover.hasBegun else { return false }
        return now < leadership.rounds.quorumContact.advanced(by: options.leaseDuration)
    }

    /// Queues a read for the next round, which begins at once.
    mutating func queue(
        _ origin: ReadQueue.Origin, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard let leadership else { return }
        guard isEstablished else {
            self.leadership?.reads.appendEarly(origin)
            return
        }
        let round = leadership.rounds.last.successor
        self.leadership?.reads.append(origin, at: commitIndex, round: round)
        beginRound(now: now, into: &effects)
    }

    /// Gives the reads that waited for the leader's first entry their index.
    mutating func releaseEarlyReads(now: Instant, into effects: inout RaftEffectBuffer) {
        guard let leadership, !leadership.reads.early.isEmpty else { return }
        let round = leadership.rounds.last.successor
        self.leadership?.reads.releaseEarly(at: commitIndex, round: round)
        beginRound(now: now, into: &effects)
    }

    /// Answers the reads whose round a quorum has echoed.
    mutating func serveReads(into effects: inout RaftEffectBuffer) {
        guard let confirmed = leadership?.rounds.confirmed else { return }
        let served = leadership?.reads.removeConfirmed(by: confirmed) ?? []
        for element in served {
            switch element.origin {
            case .local(let read): effects.append(.readReady(read, at: element.index))
            case .member(let member, let number):
                send(.readReply(number, at: element.index), to: member, into: &effects)
            }
        }
    }

    /// Answers the reads of a leader that steps down.
    mutating func failReads(_ refusal: Refusal, into effects: inout RaftEffectBuffer) {
        for origin in leadership?.reads.all ?? [] {
            switch origin {
            case .local(let read): effects.append(.readFailed(read, refusal))
            case .member(let member, let number):
                send(.readReply(number, at: nil), to: member, into: &effects)
            }
        }
    }
}
