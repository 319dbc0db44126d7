import RaftCore

// Application: committed entries to the machine, in order, then answers to those who wait.
extension HostRounds {
    /// Applies what may be applied, up to a limit; false if there was nothing.
    func applySlice(of group: GroupState) -> Bool {
        guard !group.hasNothingToApply else { return false }
        var chunks = takeChunks(of: group)
        guard !chunks.isEmpty else {
            preconditionFailure("entry \(group.applyTarget.rawValue) is committed but not at hand")
        }
        let reason = group.apply(&chunks)
        if let last = chunks.last?.lastIndex { answer(chunks, through: last, of: group) }
        if let reason { halt(group, .applicationHalted(reason)) }
        return true
    }

    private func answer(_ chunks: [EntryChunk], through last: LogIndex, of group: GroupState) {
        group.step(.applied(last), now: now)
        group.handle.publishApplied(last)
        noteAnswers(chunks.reduce(0) { $0 + $1.openCount })
        group.machine.answer(chunks)
        answerAppliedWaits(of: group)
        answerForwarded(of: group)
        noteReplay(of: group)
        snapshotIfDue(group)
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
        for wait in group.appliedWaits where wait.index <= applied {
            succeed(wait.read, applied, of: group)
        }
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
    ///
    /// - Parameter taken: What is applied afterwards; a command that must not be gone past and what follows it
    ///   go back to those that wait.
    fileprivate func apply(_ taken: inout [EntryChunk]) -> ApplicationHalt? {
        machine.willApplyBatch()
        var halt: ApplicationHalt?
        for (place, chunk) in taken.enumerated() {
            if chunk.kind == .command {
                do throws(ApplicationHalt) { try machine.apply(chunk) } catch { halt = error }
            }
            if let halt {
                putBack(from: halt.index, in: place, &taken)
                break
            }
            snapshots.logBytes += UInt64(chunk.byteCount)
        }
        guard let last = taken.last else { return halt }
        appliedTime = last.lastTime
        machine.didApplyBatch(through: last.lastIndex)
        return halt
    }

    private func putBack(from index: LogIndex, in place: Int, _ taken: inout [EntryChunk]) {
        var rest = Array(taken[place...])
        taken.removeSubrange(place...)
        let applied = index.distance(from: rest[0].firstIndex)
        if applied > 0 { taken.append(rest[0].removeFirst(applied)) }
        chunks = rest + chunks
    }
}
