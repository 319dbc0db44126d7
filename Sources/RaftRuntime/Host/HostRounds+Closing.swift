import RaftCore

extension LogDesk {
    /// The same for all that has yet to be written.
    func failWaiting(_ failure: RequestFailure) {
        gathering.fail(failure)
        stalled?.fail(failure)
    }
}

// The end of a group on this host.
extension HostRounds {
    /// Takes a group out: what still comes for it is dropped, and nobody waits any longer.
    func close(_ id: GroupID) {
        guard let group = groupsByID.removeValue(forKey: id) else { return }
        groups.removeAll { $0.id == id }
        slots[group.handle.slot.rawValue] = nil
        closed.insert(id)
        failAll(of: group, .groupClosed)
        group.failOpener(.groupClosed)
        // Whatever of a snapshot has come of it so far.
        submitTransfer(.discard, of: group)
    }

    /// Deletes a group from the log; its snapshots go once that is durable.
    ///
    /// Were they to go first, a crash would leave a log that misses them.
    func forget(_ forgetting: GroupForgetting) {
        let id = forgetting.group
        close(id)
        if let failure = log.failure {
            return forgetting.completion.complete(.storageFailed(failure))
        }
        guard closed.remove(id) != nil else { return forgetting.completion.complete(.groupClosed) }
        log.gathering.batch.writes.append((group: id, write: .deleteGroup))
        log.gathering.compactions.append((group: id, index: .zero))
        log.gathering.forgotten.append(forgetting)
    }
}
