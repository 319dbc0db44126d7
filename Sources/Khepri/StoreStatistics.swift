import RaftCore
import RaftRuntime
public import KhepriTree

/// Counts and sizes of a store and of the host it is in.
public struct StoreStatistics: Hashable, Sendable {
    /// The revision of the last command applied here.
    public var revision: Revision
    /// The revision the newest snapshot includes.
    public var snapshotRevision: Revision
    /// The size of the newest snapshot in bytes, 0 if there is none.
    public var snapshotBytes: UInt64
    /// The nodes, with the root.
    public var nodeCount: Int
    /// The bytes of all payloads, encoded.
    public var payloadBytes: Int
    /// Nodes with a keep-while set.
    public var keepWhileCount: Int
    /// The sessions of clients.
    public var sessionCount: Int
    /// Bytes of log since the last snapshot.
    public var logBytesSinceSnapshot: UInt64
    /// The size of the host's log files in bytes.
    public var logBytesOnDisk: UInt64
    /// Requests of the host that are under way.
    public var openRequests: Int
    /// Batches of the host that became durable since it was opened: one flush each.
    public var flushCount: UInt64
    /// Entries of the host that became durable since it was opened.
    public var entryCount: UInt64
    /// Snapshots of the host's stores that were published since it was opened.
    public var snapshotCount: UInt64
    /// How long the last batch took to write and flush.
    public var lastFlush: Duration
    /// The longest time a batch took.
    public var longestFlush: Duration
    /// Whether the disk is full.
    public var isStorageFull: Bool
}

extension TreeStore {
    /// Counts and sizes, as of now; reading them waits for nothing.
    public var statistics: StoreStatistics {
        let host = host.hostStatistics
        let status = engine.group.status
        let counts = engine.machine.counts
        return StoreStatistics(
            revision: engine.published.revision,
            snapshotRevision: Revision(status.snapshotPosition.index.rawValue),
            snapshotBytes: status.snapshotBytes,
            nodeCount: counts.nodeCount,
            payloadBytes: counts.payloadBytes,
            keepWhileCount: counts.keepWhileCount,
            sessionCount: counts.sessionCount,
            logBytesSinceSnapshot: status.logBytesSinceSnapshot,
            logBytesOnDisk: host.logBytesOnDisk,
            openRequests: host.openRequests,
            flushCount: host.batches,
            entryCount: host.entries,
            snapshotCount: host.snapshots,
            lastFlush: .nanoseconds(Int64(clamping: host.flushNanoseconds)),
            longestFlush: .nanoseconds(Int64(clamping: host.flushNanosecondsMaximum)),
            isStorageFull: host.isFull)
    }
}
