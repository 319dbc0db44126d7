extension RaftServer {
    /// Takes in that writes are durable, and does what had to wait for it.
    mutating func persisted(
        _ sequence: WriteSequence, now: Instant, into effects: inout RaftEffectBuffer
    ) {
        writes.persisted(sequence)
        countOwnVote(now: now, into: &effects)
        sendVote(into: &effects)
        finishInstall(into: &effects)
        advanceCommit(now: now, into: &effects)
        dispatch(into: &effects)
        acknowledge(into: &effects)
        retireSnapshots(into: &effects)
    }

    /// Falls silent for ever: what the disk holds is no longer known (ATC'20, fsync failures).
    mutating func fail(now: Instant, into effects: inout RaftEffectBuffer) {
        hasFailed = true
        becomeFollower(of: nil, refusal: .storageFailed, now: now, into: &effects)
        electionDeadline = nil
    }

    /// Answers what needs an answer after the disk has failed.
    ///
    /// What was committed before may still be applied; nothing else is heard.
    mutating func refuse(_ event: RaftEvent, into effects: inout RaftEffectBuffer) {
        switch event {
        case .applied(let index): applied(index)
        case .propose(let proposal): effects.append(.rejected(proposal.token, .storageFailed))
        case .changeMembership(_, let token, _):
            effects.append(.rejected(token, .storageFailed))
        case .read(let read), .leaseRead(let read):
            effects.append(.readFailed(read, .storageFailed))
        default: break
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

    /// Adds entries after the last one, by default of the current term.
    @discardableResult
    mutating func append(
        count: Int, term: Term? = nil, from source: EntrySource, byteCount: Int = 0,
        into effects: inout RaftEffectBuffer
    ) -> ClosedRange<LogIndex> {
        let first = log.lastIndex.successor
        let term = term ?? self.term
        log.append(count: count, term: term)
        var byteCount = byteCount
        if case .configuration(let configuration) = source {
            configurations.append(configuration, at: first)
            // With the details of all members it is no small entry.
            byteCount = configuration.encoded().count
        }
        let entries = AppendedEntries(indexes: first...log.lastIndex, term: term, source: source)
        sizes.append(entries.indexes, byteCount: byteCount)
        let sequence = writes.write(lastIndex: log.lastIndex)
        effects.append(.write(sequence, .append(entries)))
        return entries.indexes
    }

    /// Removes the entries at and after an index, which another leader has overruled.
    mutating func truncate(from index: LogIndex, into effects: inout RaftEffectBuffer) {
        precondition(index > commitIndex, "committed entry \(index) must never be removed")
        precondition(role != .leader, "a leader never removes entries (Raft figure 3)")
        log.truncate(from: index)
        sizes.truncate(from: index)
        if configurations.currentIndex >= index { configurations.truncate(from: index) }
        uncommitted.truncate(from: index)
        effects.append(.write(writes.truncate(from: index), .truncate(from: index)))
    }
}
