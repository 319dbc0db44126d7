package import RaftCore

/// What a snapshot covers, beside the state itself.
package struct SnapshotMetadata: Sendable, Hashable {
    package var group: GroupID
    /// The last entry the state includes.
    package var position: LogPosition
    /// The time of that entry, in milliseconds.
    package var time: UInt64
    /// The configuration in force, in the core's encoding.
    package var configuration: [UInt8]
    package var machineVersion: UInt32

    package init(
        group: GroupID, position: LogPosition, time: UInt64, configuration: [UInt8],
        machineVersion: UInt32
    ) {
        self.group = group
        self.position = position
        self.time = time
        self.configuration = configuration
        self.machineVersion = machineVersion
    }
}

/// Snapshots of the groups of a host: streamed, checksummed, published by rename, two kept.
package protocol SnapshotStore: AnyObject, Sendable {
    /// Starts a snapshot under a temporary name; two of the same position do not touch each other.
    func begin(_ metadata: SnapshotMetadata) throws -> any SnapshotWriter

    /// Opens the newest whole snapshot of a group; damaged ones are reported and passed over.
    func openNewest(of group: GroupID) throws -> (any SnapshotReader)?

    /// Opens a published snapshot; nil if it is not there.
    func open(_ position: LogPosition, of group: GroupID) throws -> (any SnapshotReader)?

    /// Removes a published snapshot that is of no use.
    func remove(_ position: LogPosition, of group: GroupID) throws

    /// Notes that the log relies on a snapshot from here on, and removes all older ones but one.
    ///
    /// Newer ones are kept: the log may name them at any moment.
    func prune(_ group: GroupID, before position: LogPosition) throws

    /// Removes all snapshots of a group that is deleted.
    func removeAll(of group: GroupID) throws
}

/// Writes one snapshot; flushed every 1 MiB.
package protocol SnapshotWriter: AnyObject {
    /// Adds state bytes; any size.
    func write(_ bytes: UnsafeRawBufferPointer) throws

    /// Flush → close → rename → flush directory. Durable and visible on return.
    func publish() throws

    /// Removes the temporary file.
    func abandon()
}

/// Reads one snapshot; every chunk is verified before it is handed out.
package protocol SnapshotReader: AnyObject {
    var metadata: SnapshotMetadata { get }
    var byteCount: UInt64 { get }

    /// The next chunk of state bytes, nil at the verified end.
    func next() throws -> [UInt8]?
}
