extension RaftServer {
    /// Notes that a leader of this term is alive; false if it cannot be one.
    mutating func hear(
        _ sender: MemberID, _ round: ReadRound, now: Instant, into effects: inout RaftEffectBuffer
    ) -> Bool {
        guard role != .leader, leader == nil || leader == sender else {
            effects.append(.anomaly(.secondLeader, from: sender))
            return false
        }
        if role == .candidate || leader == nil {
            becomeFollower(of: sender, now: now, into: &effects)
        }
        // Every sign of life counts, also one that is followed by a refusal (Redpanda #30817).
        following.leaderContact = now
        following.preVote = nil
        following.hear(round)
        armElectionTimer(now: now)
        regainQuorum(into: &effects)
        return true
    }

    /// Takes in entries or a heartbeat of the leader (Raft §5.3).
    mutating func receive(
        _ request: AppendRequest, from sender: MemberID, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        guard hear(sender, request.round, now: now, into: &effects) else { return }
        guard agrees(with: request.previous) else {
            let hint = log.lastShared(with: request.previous)
            following.replied(acknowledging: nil)
            let outcome = AppendReply.Outcome.rejected(
                previous: request.previous.index, hint: hint)
            return send(
                .appendReply(AppendReply(round: following.round, outcome: outcome)), to: sender,
                into: &effects)
        }
        guard let first = firstNewEntry(of: request) else {
            return effects.append(.anomaly(.overrulesCommitted, from: sender))
        }
        if first > request.lastIndex {
            // A repetition; perhaps the answer to the first one was lost.
            following.oweReply()
        } else {
            if first <= log.lastIndex { truncate(from: first, into: &effects) }
            append(request, from: first, into: &effects)
        }
        following.validate(through: request.lastIndex)
        learnCommit(min(request.commit, request.lastIndex), into: &effects)
        acknowledge(into: &effects)
    }

    /// Tells the leader how far the log agrees and is durable, if that is news or was asked.
    ///
    /// What is durable beyond what this term's leader confirmed may be overruled yet.
    mutating func acknowledge(into effects: inout RaftEffectBuffer) {
        guard role == .follower, let leader else { return }
        let durable = min(writes.persistedIndex, following.validatedIndex)
        guard following.owesReply || durable > following.acknowledged else { return }
        following.replied(acknowledging: durable)
        let outcome = AppendReply.Outcome.accepted(
            durable: durable, validated: following.validatedIndex)
        send(
            .appendReply(AppendReply(round: following.round, outcome: outcome)), to: leader,
            into: &effects)
    }

    /// Whether the log has the entry; what is committed every leader has.
    private func agrees(with previous: LogPosition) -> Bool {
        previous.index <= commitIndex || log.term(at: previous.index) == previous.term
    }

    /// The first entry of a message that the log lacks, the one after its last if there is none; nil if
    /// a committed entry would be overruled.
    private func firstNewEntry(of request: AppendRequest) -> LogIndex? {
        let previous = log.term(at: request.previous.index)
        guard previous == nil || previous == request.previous.term else { return nil }
        var index = request.previous.index
        for run in request.runs {
            let last = index.advanced(by: run.count)
            let agreed = log.agreement(from: index.successor, through: last, term: run.term)
            guard agreed == last else {
                return agreed < commitIndex ? nil : agreed.successor
            }
            index = last
        }
        return index.successor
    }

    /// Adds the entries of a message from an index on.
    private mutating func append(
        _ request: AppendRequest, from first: LogIndex, into effects: inout RaftEffectBuffer
    ) {
        let total = request.lastIndex.distance(from: request.previous.index)
        var index = request.previous.index
        for run in request.runs {
            let last = index.advanced(by: run.count)
            var next = max(index.successor, first)
            while next <= last {
                let special = request.configurations.first { $0.index >= next && $0.index <= last }
                let end = special.map { $0.index == next ? next : $0.index.predecessor } ?? last
                let count = end.distance(from: next) + 1
                let isSpecial = special?.index == next
                append(
                    count: count, term: run.term,
                    from: isSpecial
                        ? .configuration(special?.configuration ?? .empty) : .replicated,
                    byteCount: request.byteCount / total * count, into: &effects)
                next = end.successor
            }
            index = last
        }
    }
}
