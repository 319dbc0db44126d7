extension RaftServer {
    /// Adds a client's entries to the log, or says why not.
    mutating func propose(
        _ proposal: Proposal, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        precondition(proposal.entryCount > 0, "a proposal needs at least one entry")
        precondition(proposal.byteCount >= 0, "a proposal cannot have a negative size")
        if let refusal = refusal(of: proposal) {
            return effects.append(.rejected(proposal.token, refusal))
        }
        let indexes = append(
            count: proposal.entryCount, from: .proposal(proposal.token),
            byteCount: proposal.byteCount, into: &effects)
        uncommitted.append(indexes, byteCount: proposal.byteCount)
        replicateAll(now: now, into: &effects)
    }

    private func refusal(of proposal: Proposal) -> Refusal? {
        guard let leadership else { return .notLeader(hint: leader) }
        if let attempt = leadership.handover.attempt { return .transferring(to: attempt.target) }
        guard space == .available || proposal.mayUseReserve else { return .storageFull }
        // A proposal is never too large by itself: the caller has its own limit on commands.
        guard
            uncommitted.isEmpty
                || uncommitted.byteCount + proposal.byteCount <= options.uncommittedBytesMaximum
        else { return .tooManyUncommitted }
        return nil
    }
}
