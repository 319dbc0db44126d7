import RaftCore

// The log: filling the next batch, writing it, and what follows from success and failure.
extension HostRounds {
    /// Offers waiting commands to the core, as many as the next batch has room for.
    func proposeBacklog(of group: GroupState) {
        guard group.hasBacklog || group.forwarding.isOverdue(at: now) else { return }
        guard group.forwarding.pausedUntil == nil else { return }
        guard group.server.role == .leader || ports.transport == nil else {
            return forwardBacklog(of: group)
        }
        guard !log.isInFlight else { return }
        makeSpaceIfFull()
        guard !log.isInFlight else { return }
        if log.stalled != nil {
            for command in group.takeBacklog(group.backlog.count) { fail(command, .storageFull) }
        }
        // A refusal that will pass puts the commands back and pauses.
        while group.forwarding.pausedUntil == nil, let count = fittingCommands(of: group) {
            propose(group.takeBacklog(count), to: group)
        }
    }

    private func propose(_ commands: [CommandRequest], to group: GroupState) {
        let token = ProposalToken(group.nextNumber())
        let byteCount = commands.reduce(0) { $0 + $1.byteCount }
        group.staged.append(StagedProposal(token: token, commands: commands))
        group.step(
            .propose(
                Proposal(
                    token: token, entryCount: commands.count, byteCount: byteCount,
                    mayUseReserve: commands[0].mayUseReserve)),
            now: now)
        carryOutEffects(of: group)
    }

    /// How many commands of a group's backlog go into the batch together; nil for none.
    ///
    /// While the disk is full, those that may use the reserve are kept apart from those that may not.
    private func fittingCommands(of group: GroupState) -> Int? {
        guard let first = group.backlog.first else { return nil }
        let room = options.batchEntriesMaximum - log.gathering.entryCount
        var bytes = log.gathering.byteCount
        var count = 0
        for command in group.backlog.prefix(max(room, 0)) {
            bytes += command.byteCount
            guard bytes <= options.batchBytesMaximum || log.gathering.entryCount + count == 0 else {
                break
            }
            guard log.space == .available || command.mayUseReserve == first.mayUseReserve else {
                break
            }
            count += 1
        }
        return count > 0 ? count : nil
    }

    /// Puts a write of the core into the next batch.
    func gather(_ write: RaftWrite, _ sequence: WriteSequence, of group: GroupState) {
        let logWrite: LogWrite
        switch write {
        case .hardState(let state): logWrite = .hardState(term: state.term, vote: state.vote)
        case .truncate(let index):
            logWrite = .truncate(from: index)
            overrule(group.truncate(from: index), of: group)
        case .snapshot(let position): logWrite = .snapshot(position)
        case .append(let entries): logWrite = .append(makeEntries(entries, of: group))
        }
        log.gathering.batch.writes.append((group: group.id, write: logWrite))
        if let place = log.gathering.sequences.firstIndex(where: { $0.slot == group.handle.slot }) {
            log.gathering.sequences[place].sequence = sequence
        } else {
            log.gathering.sequences.append((slot: group.handle.slot, sequence: sequence))
        }
    }

    /// Does with commands what follows from another leader having overruled their entries.
    ///
    /// Some member may still have them and lead one day, so nobody knows whether they will be applied.
    private func overrule(_ commands: [CommandRequest], of group: GroupState) {
        var repeatable: [CommandRequest] = []
        for command in commands where command.isOpen {
            if command.isRepeatable, ports.transport != nil {
                repeatable.append(command)
            } else {
                fail(command, .notLeader(hint: group.server.leader))
            }
        }
        repeatCommands(repeatable, of: group)
    }

    /// Gives entries their bytes and time, and keeps them with those who wait for them.
    private func makeEntries(_ appended: AppendedEntries, of group: GroupState) -> [LogEntry] {
        if case .entries(let arrived) = group.arrived {
            return takeOver(arrived, appended.indexes, of: group)
        }
        if !group.isFoundedByAll(with: appended.indexes.lowerBound) {
            group.lastTime = max(group.lastTime, ports.wallClock.milliseconds())
        }
        func entry(_ index: LogIndex, _ kind: EntryKind, _ payload: [UInt8]) -> LogEntry {
            LogEntry(
                index: index, term: appended.term, kind: kind, time: group.lastTime,
                payload: payload)
        }
        let first = appended.indexes.lowerBound
        var commands: [CommandRequest] = []
        var entries: [LogEntry] = []
        switch appended.source {
        case .noOperation: entries = [entry(first, .noOperation, [])]
        case .configuration(let configuration):
            entries = [entry(first, .configuration, configuration.encoded())]
        case .replicated: preconditionFailure("entries came without their bytes")
        case .proposal(let token):
            commands = group.takeStaged(token)
            entries.reserveCapacity(commands.count)
            var speculation = Speculation(appended.term)
            for (offset, command) in commands.enumerated() {
                let index = first.advanced(by: offset)
                if command.isUnmade {
                    speculation.advance(group, by: entries)
                    command.make(
                        at: EntryPlace(index: index, term: appended.term, time: group.lastTime))
                }
                entries.append(entry(index, .command, command.payload))
            }
            noteInLog(commands, as: entries)
        }
        keep(EntryChunk(entries: entries[...], requests: commands[...]), of: group)
        precondition(entries.last?.index == appended.indexes.upperBound, "an append is whole")
        return entries
    }

    /// What commands that are made late see beyond what is applied.
    private struct Speculation {
        let term: Term
        /// How many of the new entries are in it; nil before it begins.
        private var count: Int?

        init(_ term: Term) { self.term = term }

        /// Takes in everything in the log, and then the new entries.
        mutating func advance(_ group: GroupState, by entries: [LogEntry]) {
            if count == nil {
                for chunk in group.chunks where chunk.kind == .command {
                    group.machine.speculate(chunk.entries, in: term)
                }
            }
            group.machine.speculate(entries[(count ?? 0)...], in: term)
            count = entries.count
        }
    }

    /// Keeps entries that arrived, as they were written by the leader.
    private func takeOver(
        _ arrived: [LogEntry], _ indexes: ClosedRange<LogIndex>, of group: GroupState
    ) -> [LogEntry] {
        guard let first = arrived.first, first.index <= indexes.lowerBound else {
            preconditionFailure("entry \(indexes.lowerBound.rawValue) did not arrive")
        }
        let entries = arrived[indexes.lowerBound.distance(from: first.index)...]
            .prefix(indexes.upperBound.distance(from: indexes.lowerBound) + 1)
        precondition(entries.last?.index == indexes.upperBound, "an append is whole")
        group.lastTime = max(group.lastTime, entries.last?.time ?? 0)
        for chunk in EntryChunk.chunks(of: entries, maximum: entries.count) {
            keep(chunk, of: group)
        }
        noteGathered(entries)
        return Array(entries)
    }

    /// Counts entries among those of the next batch.
    private func noteGathered(_ entries: some Collection<LogEntry>) {
        log.gathering.entryCount += entries.count
        log.gathering.byteCount += entries.reduce(0) { $0 + $1.byteCount }
    }

    private func keep(_ chunk: EntryChunk, of group: GroupState) {
        group.chunks.append(chunk)
        if !group.isAlone { group.recent.append(chunk.entries) }
    }

    private func noteInLog(_ commands: [CommandRequest], as entries: [LogEntry]) {
        var leftByteCount = 0
        for command in commands {
            command.mayBeApplied = true
            leftByteCount += command.waitingBytes
            command.hasLeftQueue = true
        }
        // Once for all: callers change the same number.
        inbox.noteLeft(bytes: leftByteCount)
        noteGathered(entries)
        // The core accepts nothing else while the disk is full.
        if log.space == .full { log.gathering.batch.mayUseReserve = true }
    }

    /// Lets the log forget what no snapshot needs, with the next job.
    func retire(through index: LogIndex, of group: GroupState) {
        log.gathering.compactions.append((group: group.id, index: index))
        worker.submit(.prune(group.id, before: group.server.snapshotPosition))
    }

    /// Gives what was gathered to the log's thread, if it is too much to be written here; false if
    /// nothing was begun.
    func handOverBatch() -> Bool {
        guard !isBatchWrittenHere, let job = takeBatch() else { return false }
        log.isInFlight = true
        writer.submit(job)
        return true
    }

    /// Writes what was gathered here, which is quick and keeps nobody waiting; false if nothing was
    /// begun.
    func writeBatch() -> Bool {
        guard isBatchWrittenHere, let job = takeBatch() else { return false }
        logFinished(writer.perform(job))
        return true
    }

    /// Whether the next batch is small, and nobody waits for this thread: no entry to be applied, and
    /// no other member.
    private var isBatchWrittenHere: Bool {
        log.gathering.entryCount <= options.inlineEntriesMaximum
            && log.gathering.byteCount <= options.inlineBytesMaximum
            && groups.allSatisfy { $0.hasNothingToApply && $0.isAlone }
    }

    /// What was gathered, unless the log is busy or it is nothing.
    private func takeBatch() -> LogJob? {
        guard !log.isBusy, !log.gathering.isEmpty else { return nil }
        defer { log.gathering = LogJob() }
        return log.gathering
    }

    /// Takes in what became of a job.
    func logFinished(_ result: LogResult) {
        log.isInFlight = false
        statistics.logBytesOnDisk = result.bytesOnDisk
        switch result.error {
        case nil:
            persisted(result)
            // A log that cannot shrink for want of space shrinks after the next snapshot.
            if let error = result.compactionError, error.code != .full { failForEver(error) }
        case let error? where error.code == .full: ranOutOfSpace(result.job)
        case let error?:
            result.job.fail(.storageFailed(error))
            failForEver(error)
        }
    }

    private func persisted(_ result: LogResult) {
        statistics.batches += 1
        statistics.entries += UInt64(result.job.entryCount)
        statistics.entryBytes += UInt64(result.job.byteCount)
        statistics.flushNanoseconds = result.nanoseconds
        statistics.flushNanosecondsMaximum = max(
            statistics.flushNanosecondsMaximum, result.nanoseconds)
        worker.noteLogFlush(nanoseconds: result.nanoseconds)
        for forgotten in result.job.forgotten {
            worker.submit(.forget(forgotten.group))
            forgotten.completion.complete(nil)
        }
        for (slot, sequence) in result.job.sequences {
            slots[slot.rawValue]?.step(.persisted(sequence), now: now)
        }
    }

    /// Nothing of the log can be trusted from here on (ATC'20, fsync failures).
    func failForEver(_ error: LogDeviceError) {
        log.failure = error
        log.failWaiting(.storageFailed(error))
        log.stalled = nil
        log.gathering = LogJob()
        statistics.failure = error
        for group in groups { halt(group, .storageFailed(error)) }
    }
}
