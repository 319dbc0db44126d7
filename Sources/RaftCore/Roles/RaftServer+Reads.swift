extension RaftServer {
    /// Takes in a linearizable read (thesis §6.4).
    mutating func read(_ read: ReadID, into effects: inout RaftEffectBuffer) {
        guard case .leader(var leadership) = state else {
            return effects.append(.readFailed(read, .notLeader(hint: leader)))
        }
        if commitIndex < leadership.firstIndex {
            leadership.reads.appendEarly(read)
        } else {
            leadership.reads.append(read, at: commitIndex)
        }
        state = .leader(leadership)
        confirmReads(into: &effects)
    }

    /// Gives the reads that waited for the leader's first entry their index.
    mutating func releaseEarlyReads(into effects: inout RaftEffectBuffer) {
        guard case .leader(var leadership) = state, !leadership.reads.early.isEmpty else { return }
        leadership.reads.releaseEarly(at: commitIndex)
        state = .leader(leadership)
        confirmReads(into: &effects)
    }

    /// Answers the reads whose round a quorum has echoed; the leader echoes each of its own rounds.
    private mutating func confirmReads(into effects: inout RaftEffectBuffer) {
        guard case .leader(var leadership) = state else { return }
        let confirmed = configuration.quorumValue { member in
            member == id ? leadership.reads.lastRound : .zero
        }
        guard let confirmed else { return }
        for element in leadership.reads.removeConfirmed(by: confirmed) {
            effects.append(.readReady(element.read, at: element.index))
        }
        state = .leader(leadership)
    }
}
