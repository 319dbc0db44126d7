import RaftCore

// Application: committed entries to the machine, in order, then answers to those who wait.
extension HostRounds {
    /// Applies what may be applied, up to a limit; false if there was nothing.
    func applySlice(of group: Group) -> Bool {
        guard group.server.appliedIndex < group.applyTarget else { return false }
        let chunks = takeChunks(of: group)
        guard let last = chunks.last?.lastIndex else {
            preconditionFailure("entry \(group.applyTarget) is committed but not at hand")
        }
        group.apply(chunks)
        group.step(.applied(last), now: now)
        group.handle.publishApplied(last)
        answer(chunks, of: group)
        answerAppliedWaiters(of: group)
        noteReplay(of: group)
        snapshotIfDue(group)
        return true
    }

    private func takeChunks(of group: Group) -> [EntryChunk<Output>] {
        var taken: [EntryChunk<Output>] = []
        var room = options.applySliceMaximum
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

    private func answer(_ chunks: [EntryChunk<Output>], of group: Group) {
        var output = group.outputs.startIndex
        for chunk in chunks where chunk.kind == .command {
            for (offset, place) in chunk.waiters.indices.enumerated() {
                var waiter = chunk.waiters[place]
                let index = chunk.firstIndex.advanced(by: offset)
                finish(&waiter, .committed(index, group.outputs[output + offset]))
            }
            output += chunk.entries.count
        }
        group.outputs.removeAll(keepingCapacity: true)
    }

    private func answerAppliedWaiters(of group: Group) {
        guard !group.appliedWaiters.isEmpty else { return }
        let applied = group.server.appliedIndex
        for index in group.appliedWaiters.indices where group.appliedWaiters[index].index <= applied
        {
            finish(&group.appliedWaiters[index].waiter, .success(applied))
        }
        group.appliedWaiters.removeAll { $0.index <= applied }
    }

    private func noteReplay(of group: Group) {
        guard let end = group.replayEnd else { return }
        let applied = group.server.appliedIndex
        group.observer(.replayed(through: min(applied, end), of: end))
        if applied >= end { group.replayEnd = nil }
    }
}

extension GroupState {
    /// Hands chunks to the machine; the outputs of all commands are in `outputs` afterwards.
    fileprivate func apply(_ taken: [EntryChunk<Output>]) {
        machine.willApplyBatch()
        for chunk in taken {
            let last = chunk.entries[chunk.entries.endIndex - 1]
            if chunk.kind == .command {
                let expected = outputs.count + chunk.entries.count
                machine.apply(chunk.entries, areLocal: !chunk.waiters.isEmpty, into: &outputs)
                precondition(outputs.count == expected, "a machine gives one output per command")
            }
            appliedTime = last.time
            snapshots.logBytes += chunk.entries.reduce(0) { $0 + UInt64($1.byteCount) }
        }
        if let last = taken.last { machine.didApplyBatch(through: last.lastIndex) }
    }
}
