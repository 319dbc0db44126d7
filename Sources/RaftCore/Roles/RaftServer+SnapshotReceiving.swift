extension RaftServer {
    /// Takes in a piece of the leader's snapshot (Raft §7).
    ///
    /// Receiving is no role: votes are given, and newer leaders followed, all the while (Ra 94add0eb).
    mutating func receive(
        _ chunk: SnapshotChunk, from sender: MemberID, now: Instant,
        into effects: inout RaftEffectBuffer
    ) {
        guard hear(sender, chunk.round, now: now, into: &effects) else { return }
        guard !contains(chunk.position) else {
            // What the snapshot includes is committed; entries after it that agree are kept.
            following.validate(through: max(chunk.position.index, commitIndex))
            learnCommit(chunk.position.index, into: &effects)
            discardIncoming(into: &effects)
            following.oweReply()
            return acknowledge(into: &effects)
        }
        if incoming?.sender != sender || incoming?.position != chunk.position {
            // The driver works on one at a time.
            guard incoming?.isBusy != true else { return }
            discardIncoming(into: &effects)
            incoming = IncomingSnapshot(
                sender: sender, position: chunk.position, configuration: chunk.configuration)
        }
        guard let incoming, !incoming.isBusy else { return }
        guard chunk.offset == incoming.offset, chunk.byteCount > 0 || chunk.isLast else {
            return askForSnapshot(into: &effects)
        }
        self.incoming?.phase = .receiving(isStoring: true)
        if chunk.isLast { self.incoming?.end = chunk.end }
        effects.append(.storeSnapshot(chunk))
    }

    mutating func snapshotStored(
        _ position: LogPosition, end: UInt64, into effects: inout RaftEffectBuffer
    ) {
        guard let incoming, incoming.position == position else { return }
        guard incoming.phase == .receiving(isStoring: true) else { return }
        self.incoming?.offset = end
        if incoming.end == end {
            self.incoming?.phase = .installing
            effects.append(.installSnapshot(position, incoming.configuration))
        } else {
            self.incoming?.phase = .receiving(isStoring: false)
            askForSnapshot(into: &effects)
        }
    }

    /// Records a received snapshot in the log, which begins after it from now on.
    ///
    /// All entries that are not committed go, also those before the snapshot's end: the log that does
    /// not contain the snapshot's last entry is another log.
    mutating func snapshotInstalled(
        _ position: LogPosition, into effects: inout RaftEffectBuffer
    ) {
        guard let incoming, incoming.position == position, incoming.phase == .installing else {
            return effects.append(.discardSnapshot(position))
        }
        guard !contains(position) else {
            learnCommit(position.index, into: &effects)
            return discardIncoming(into: &effects)
        }
        if log.lastIndex > commitIndex { truncate(from: commitIndex.successor, into: &effects) }
        log.reset(to: position)
        sizes.removeAll()
        configurations = ConfigurationHistory(base: incoming.configuration, at: position.index)
        let sequence = writes.write(lastIndex: position.index)
        effects.append(.write(sequence, .snapshot(position)))
        self.incoming?.phase = .recording(sequence)
        commitIndex = position.index
        following.validate(through: position.index)
    }

    /// Hands the snapshot to the state machine once its record is durable.
    mutating func finishInstall(into effects: inout RaftEffectBuffer) {
        guard let incoming, case .recording(let write) = incoming.phase else { return }
        guard write <= writes.persistedSequence else { return }
        let position = incoming.position
        self.incoming = nil
        snapshots = SnapshotRecord(newest: position, compactable: position.index)
        dispatchedIndex = position.index
        effects.append(.restoreSnapshot(position))
        effects.append(.configurationCommitted(incoming.configuration, at: position.index))
    }

    /// Starts a damaged snapshot over.
    mutating func snapshotRefused(
        _ position: LogPosition, into effects: inout RaftEffectBuffer
    ) {
        guard incoming?.position == position, incoming?.isRecording != true else { return }
        incoming = nil
    }

    /// Whether the log has what a snapshot ends with, or is past it.
    private func contains(_ position: LogPosition) -> Bool {
        position.index <= commitIndex || log.term(at: position.index) == position.term
    }

    private mutating func discardIncoming(into effects: inout RaftEffectBuffer) {
        guard let incoming, !incoming.isRecording else { return }
        self.incoming = nil
        effects.append(.discardSnapshot(incoming.position))
    }

    /// Tells the leader which piece is next.
    private func askForSnapshot(into effects: inout RaftEffectBuffer) {
        guard let leader, let incoming, incoming.sender == leader else { return }
        let reply = SnapshotReply(
            position: incoming.position, offset: incoming.offset, round: following.round)
        send(.snapshotReply(reply), to: leader, into: &effects)
    }
}
