/// Counts and times of a host since it was started.
package struct HostStatistics: Sendable, Hashable {
    /// Requests that are open, queued ones included.
    package var openRequests = 0
    /// Bytes of commands that are not in the log yet.
    package var waitingBytes = 0
    /// Batches made durable.
    package var batches: UInt64 = 0
    /// Entries made durable.
    package var entries: UInt64 = 0
    /// Bytes of entries made durable.
    package var entryBytes: UInt64 = 0
    /// How long the last batch took to write and flush, in nanoseconds.
    package var flushNanoseconds: UInt64 = 0
    /// The same, longest so far.
    package var flushNanosecondsMaximum: UInt64 = 0
    /// The size of the log's files.
    package var logBytesOnDisk: UInt64 = 0
    /// Snapshots published.
    package var snapshots: UInt64 = 0
    /// Snapshots of other members that replaced the state here.
    package var receivedSnapshots: UInt64 = 0
    /// Snapshots that failed.
    package var failedSnapshots: UInt64 = 0
    /// Envelopes for groups or members that are not here.
    package var strayEnvelopes: UInt64 = 0
    /// Envelopes that came faster than they were taken, and had no room.
    package var droppedEnvelopes: UInt64 = 0
    /// Why the log stopped for ever, if it did.
    package var failure: LogDeviceError?
    /// Whether the disk is full.
    package var isFull = false
}
