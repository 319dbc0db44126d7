package import RaftCore

/// Limits and habits of a host.
package struct HostOptions: Sendable, Hashable {
    /// Requests that may be open at once; more are refused as overloaded.
    package var openRequestsMaximum = 16_384
    /// Bytes of commands that may wait for their turn; more are refused as overloaded.
    package var waitingBytesMaximum = 64 << 20
    /// Messages of peers that may wait for their turn; more are dropped.
    package var peerEnvelopesMaximum = 65_536
    /// The same for their bytes; a single one may have more.
    package var peerBytesMaximum = 64 << 20
    /// Entries in one batch of the log.
    package var batchEntriesMaximum = 8_192
    /// Bytes in one batch of the log, unless a single command has more.
    package var batchBytesMaximum = 8 << 20
    /// The largest command.
    package var commandBytesMaximum = 16 << 20
    /// A batch of at most this many entries is written by the driver itself when the log is idle;
    /// zero hands every batch to the log's own thread.
    package var inlineEntriesMaximum = 64
    /// The same for its bytes.
    package var inlineBytesMaximum = 256 << 10
    /// Entries applied for one group before their callers are answered, and others have their turn.
    package var applySliceMaximum = 64
    /// The same for a recovered log, whose entries nobody waits for.
    package var replaySliceMaximum = 4_096
    /// About how many bytes of the last entries of a replicated group stay in memory for its members.
    package var recentBytesMaximum = 16 << 20
    /// Used when a request names no timeout.
    package var timeout = Duration.seconds(5)
    /// When snapshots are taken.
    package var snapshots = SnapshotPolicy()
    /// Times and limits of the core.
    package var raft = RaftOptions()

    package init() {}
}
