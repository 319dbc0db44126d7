import KhepriTree
import RaftCore
import RaftRuntime

extension TreeStore {
    /// Counts and sizes, as of now; reading them waits for nothing.
    public var statistics: StoreStatistics {
        StoreStatistics(
            engine, host.hostStatistics, time: host.environment.wallClock.milliseconds())
    }
}

extension StoreStatistics {
    /// - Parameter time: The clock of the wall, in milliseconds.
    init(_ engine: StoreEngine, _ host: HostStatistics, time: UInt64) {
        let status = engine.group.status
        let counts = engine.machine.counts
        revision = counts.revision
        stateHash = counts.stateHash
        snapshotRevision = Revision(status.snapshotPosition.index.rawValue)
        snapshotBytes = status.snapshotBytes
        let age = status.snapshotTime == 0 ? 0 : time - min(time, status.snapshotTime)
        snapshotAge = .milliseconds(Int64(clamping: age))
        appliedCommandCount = counts.appliedCommandCount
        term = status.term.rawValue
        isLeader = status.role == .leader
        nodeCount = counts.nodeCount
        payloadBytes = counts.payloadBytes
        keepWhileCount = counts.keepWhileCount
        keepWhileBytes = counts.keepWhileBytes
        sessionCount = counts.sessionCount
        sessionBytes = counts.sessionBytes
        let watches = engine.machine.watches.counts
        watcherCount = watches.readers
        historyBytes = watches.historyBytes
        logBytesSinceSnapshot = status.logBytesSinceSnapshot
        logBytesOnDisk = host.logBytesOnDisk
        openRequests = host.openRequests
        waitingBytes = host.waitingBytes
        flushCount = host.batches
        entryCount = host.entries
        entryBytes = host.entryBytes
        snapshotCount = host.snapshots
        failedSnapshotCount = host.failedSnapshots
        receivedSnapshotCount = host.receivedSnapshots
        strayMessageCount = host.strayEnvelopes
        droppedMessageCount = host.droppedEnvelopes
        lastFlush = .nanoseconds(Int64(clamping: host.flushNanoseconds))
        longestFlush = .nanoseconds(Int64(clamping: host.flushNanosecondsMaximum))
        isStorageFull = host.isFull
    }
}
