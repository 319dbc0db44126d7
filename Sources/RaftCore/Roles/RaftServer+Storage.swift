extension RaftServer {
    /// Takes in that writes are durable, and does what had to wait for it.
    mutating func persisted(_ sequence: WriteSequence, into effects: inout RaftEffectBuffer) {
        writes.persisted(sequence)
        countOwnVote(into: &effects)
        advanceCommit(into: &effects)
        dispatch(into: &effects)
        retireSnapshots(into: &effects)
    }

    /// Falls silent for ever: what the disk holds is no longer known (ATC'20, fsync failures).
    mutating func fail(into effects: inout RaftEffectBuffer) {
        if case .leader(let leadership) = state {
            for read in leadership.reads.all {
                effects.append(.readFailed(read, .storageFailed))
            }
        }
        let wasFollower = role == .follower
        hasFailed = true
        state = .follower
        electionDeadline = nil
        if leader != nil {
            leader = nil
            effects.append(.leaderChanged(nil, term))
        }
        if !wasFollower { effects.append(.roleChanged(.follower, term)) }
    }

    /// Answers what needs an answer after the disk has failed.
    ///
    /// What was committed before may still be applied; nothing else is heard.
    mutating func refuse(_ event: RaftEvent, into effects: inout RaftEffectBuffer) {
        switch event {
        case .applied(let index): applied(index)
        case .propose(let proposal): effects.append(.rejected(proposal.token, .storageFailed))
        case .read(let read): effects.append(.readFailed(read, .storageFailed))
        case .bootstrap, .campaign, .tick, .persisted, .persistFailed, .storageSpace,
            .snapshotTaken:
            break
        }
    }

    /// Changes term and vote, in memory and on its way to the disk.
    @discardableResult
    mutating func write(
        _ newState: HardState, into effects: inout RaftEffectBuffer
    ) -> WriteSequence {
        precondition(newState.term >= term, "a term never decreases")
        hardState = newState
        let sequence = writes.write(lastIndex: log.lastIndex)
        effects.append(.write(sequence, .hardState(newState)))
        return sequence
    }

    /// Adds entries of the current term after the last one.
    @discardableResult
    mutating func append(
        count: Int, from source: EntrySource, into effects: inout RaftEffectBuffer
    ) -> ClosedRange<LogIndex> {
        let first = log.lastIndex.successor
        log.append(count: count, term: term)
        if case .configuration(let configuration) = source {
            configurations.append(configuration, at: first)
        }
        let entries = AppendedEntries(indexes: first...log.lastIndex, term: term, source: source)
        let sequence = writes.write(lastIndex: log.lastIndex)
        effects.append(.write(sequence, .append(entries)))
        return entries.indexes
    }

    /// Removes the entries at and after an index, which another leader has overruled.
    mutating func truncate(from index: LogIndex, into effects: inout RaftEffectBuffer) {
        precondition(index > commitIndex, "committed entry \(index) must never be removed")
        precondition(role != .leader, "a leader never removes entries (Raft figure 3)")
        log.truncate(from: index)
        if configurations.currentIndex >= index { configurations.truncate(from: index) }
        uncommitted.truncate(from: index)
        effects.append(.write(writes.truncate(from: index), .truncate(from: index)))
    }
}
