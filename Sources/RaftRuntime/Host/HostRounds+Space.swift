import RaftCore

// A full disk: nothing promised is lost, reads go on, and writes go on once there is space.
//
// What the core had accepted when the space ran out is written with the reserve. If even that is full,
// the job waits and its callers learn that the outcome is unknown. New commands are refused, except
// those that free space; each round with commands first tries whether there is space again. Snapshots
// are taken more often meanwhile, so that the log shrinks.
extension HostRounds {
    func ranOutOfSpace(_ job: LogJob) {
        setSpace(.full)
        guard job.batch.mayUseReserve else {
            var job = job
            job.batch.mayUseReserve = true
            return logFinished(writer.perform(job))
        }
        log.stalled = job
        failAll(.storageFull)
        for group in groups { group.failOpener(.storageFull) }
    }

    /// Tries whether there is space again, before commands are refused for want of it.
    func makeSpaceIfFull() {
        guard log.space == .full, log.failure == nil else { return }
        if let job = log.stalled {
            log.stalled = nil
            logFinished(writer.perform(job))
        }
        guard log.stalled == nil, log.failure == nil else { return }
        switch writer.spaceError() {
        case nil: setSpace(.available)
        case let error? where error.code == .full: break
        case let error?: failForEver(error)
        }
    }

    func setSpace(_ space: StorageSpace) {
        guard log.space != space else { return }
        log.space = space
        statistics.isFull = space == .full
        for group in groups {
            group.step(.storageSpace(space), now: now)
            group.observer(.storageSpaceChanged(space))
        }
    }
}
