extension RaftServer {
    /// Asks the leader for an index to read at.
    mutating func forward(
        _ read: ReadID, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        guard let leader else { return effects.append(.readFailed(read, .notLeader(hint: nil))) }
        guard following.reads.count < ReadQueue.forwardedMaximum else {
            return effects.append(.readFailed(read, .tooManyReads))
        }
        lastForwarded = ForwardedRead(lastForwarded.rawValue &+ 1)
        let deadline = now.advanced(by: options.electionTimeout.upperBound)
        following.reads.append(
            Following.WaitingRead(read: read, number: lastForwarded, deadline: deadline))
        send(.readRequest(lastForwarded), to: leader, into: &effects)
    }

    /// Takes in another member's read.
    mutating func receive(
        _ number: ForwardedRead, from sender: MemberID, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        guard let count = leadership?.reads.count, count < ReadQueue.forwardedMaximum else {
            return send(.readReply(number, at: nil), to: sender, into: &effects)
        }
        queue(.member(sender, number), now: now, into: &effects)
    }

    /// Takes in the leader's answer; an old one names a read that is not there.
    mutating func finishRead(
        _ number: ForwardedRead, at index: LogIndex?, into effects: inout RaftEffectBuffer
    ) {
        guard let place = following.reads.firstIndex(where: { $0.number == number }) else { return }
        let read = following.reads.remove(at: place).read
        if let index {
            effects.append(.readReady(read, at: index))
        } else {
            effects.append(.readFailed(read, .notLeader(hint: nil)))
        }
    }

    /// Gives up the reads that the leader did not answer in time.
    mutating func expireReads(now: Instant, into effects: inout RaftEffectBuffer) {
        let expired = following.reads.prefix { $0.deadline <= now }
        following.reads.removeFirst(expired.count)
        for waiting in expired {
            effects.append(.readFailed(waiting.read, .notLeader(hint: leader)))
        }
    }

    /// Gives up all reads, because another member leads.
    mutating func failForwardedReads(into effects: inout RaftEffectBuffer) {
        for waiting in following.reads {
            effects.append(.readFailed(waiting.read, .notLeader(hint: leader)))
        }
        following.reads.removeAll()
    }
}
