public import KhepriTree

/// Counts and sizes of a store and of the host it is in.
public struct StoreStatistics: Hashable, Sendable {
    /// The revision of the last command applied here.
    public var revision: Revision
    /// A sum over the whole state at that revision: members with equal revisions have equal ones.
    public var stateHash: UInt128
    /// The revision the newest snapshot includes.
    public var snapshotRevision: Revision
    /// The size of the newest snapshot in bytes, 0 if there is none.
    public var snapshotBytes: UInt64
    /// The time since the last command in the newest snapshot, by the clock of the wall; zero if there
    /// is none.
    public var snapshotAge: Duration
    /// Commands applied here since the store was opened.
    public var appliedCommandCount: UInt64
    /// The term of the member.
    public var term: UInt64
    /// Whether this member leads.
    public var isLeader: Bool
    /// The nodes, with the root.
    public var nodeCount: Int
    /// The bytes of all payloads, encoded.
    public var payloadBytes: Int
    /// Nodes with a keep-while set.
    public var keepWhileCount: Int
    /// The bytes of these sets, encoded.
    public var keepWhileBytes: Int
    /// The sessions of clients.
    public var sessionCount: Int
    /// About the bytes that the sessions take in memory.
    public var sessionBytes: Int
    /// Who watches changes or values.
    public var watcherCount: Int
    /// The bytes of the changes that are kept for watchers.
    public var historyBytes: Int
    /// Bytes of log since the last snapshot.
    public var logBytesSinceSnapshot: UInt64
    /// The size of the host's log files in bytes.
    public var logBytesOnDisk: UInt64
    /// Requests of the host that are under way.
    public var openRequests: Int
    /// Bytes of the host's commands that are not in the log yet.
    public var waitingBytes: Int
    /// Batches of the host that became durable since it was opened: one flush each.
    public var flushCount: UInt64
    /// Entries of the host that became durable since it was opened.
    public var entryCount: UInt64
    /// The bytes of these entries.
    public var entryBytes: UInt64
    /// Snapshots of the host's stores that were published since it was opened.
    public var snapshotCount: UInt64
    /// Snapshots that could not be written.
    public var failedSnapshotCount: UInt64
    /// Snapshots that the host took over from other members since it was opened: it had fallen behind
    /// further than their logs went back.
    public var receivedSnapshotCount: UInt64
    /// Messages of other hosts for stores or members that are not here.
    public var strayMessageCount: UInt64
    /// Messages of other hosts that came faster than they were taken, and were dropped.
    public var droppedMessageCount: UInt64
    /// How long the last batch took to write and flush.
    public var lastFlush: Duration
    /// The longest time a batch took.
    public var longestFlush: Duration
    /// Whether the disk is full.
    public var isStorageFull: Bool
}
