import RaftCore

// Application: committed entries to the machine, in order, then answers to those who wait.
extension HostRounds {
    /// Applies what may be applied, up to a limit; false if there was nothing.
    func applySlice(of group: GroupState) -> Bool {
        guard group.server.appliedIndex < group.applyTarget else { return false }
        let chunks = takeChunks(of: group)
        guard let last = chunks.last?.lastIndex else {
            preconditionFailure("entry \(group.applyTarget.rawValue) is committed but not at hand")
        }
        group.apply(chunks)
        group.step(.applied(last), now: now)
        group.handle.publishApplied(last)
        noteAnswers(chunks.reduce(0) { $0 + $1.openCount })
        group.machine.answer(chunks)
        answerAppliedWaits(of: group)
        answerForwarded(of: group)
        noteReplay(of: group)
        snapshotIfDue(group)
        return true
    }

    private func takeChunks(of group: GroupState) -> [EntryChunk] {
        var taken: [EntryChunk] = []
        var room =
            group.replayEnd == nil ? options.applySliceMaximum : options.replaySliceMaximum
        while room > 0, let chunk = group.chunks.first, chunk.firstIndex <= group.applyTarget {
            let allowed = group.applyTarget.distance(from: chunk.firstIndex) + 1
            let count = min(chunk.entries.count, allowed, room)
            if count == chunk.entries.count {
                taken.append(group.chunks.removeFirst())
            } else {
                taken.append(group.chunks[0].removeFirst(count))
            }
            room -= count
        }
        return taken
    }

    func answerAppliedWaits(of group: GroupState) {
        guard !group.appliedWaits.isEmpty else { return }
        let applied = group.server.appliedIndex
        for wait in group.appliedWaits where wait.index <= applied { succeed(wait.read, applied) }
        group.appliedWaits.removeAll { $0.index <= applied }
    }

    private func noteReplay(of group: GroupState) {
        guard let end = group.replayEnd else { return }
        let applied = group.server.appliedIndex
        group.observer(.replayed(through: min(applied, end), of: end))
        if applied >= end { group.replayEnd = nil }
    }
}

extension GroupState {
    /// Hands chunks to the machine, as one batch.
    fileprivate func apply(_ taken: [EntryChunk]) {
        guard let last = taken.last else { return }
        machine.willApplyBatch()
        for chunk in taken {
            if chunk.kind == .command { machine.apply(chunk) }
            snapshots.logBytes += UInt64(chunk.byteCount)
        }
        appliedTime = last.lastTime
        machine.didApplyBatch(through: last.lastIndex)
    }
}
