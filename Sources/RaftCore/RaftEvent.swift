/// Everything that can happen to a server.
public enum RaftEvent: Hashable, Sendable {
    // Administration

    /// Makes a new group: its first entry is this configuration, the same on every first member.
    ///
    /// - Precondition: What was recovered is ``RecoveredState/isBlank``.
    case bootstrap(Configuration)
    /// Start an election without waiting for the timeout; ignored by a leader and by a non-voter.
    case campaign
    /// Change who is a member. Answered by ``RaftEffect/accepted(_:at:)`` or
    /// ``RaftEffect/rejected(_:_:)``; done when a configuration that is not joint is committed.
    ///
    /// With `expecting`, the change is refused unless the configuration in force is the one of that entry.
    case changeMembership(MembershipChange, ProposalToken, expecting: LogIndex?)
    /// Give leadership to a voter, or to the one that is furthest; ignored by all but the leader.
    case transferLeadership(to: MemberID?)
    /// The other voters are lost for ever: become the only one, and call committed what the log holds.
    ///
    /// - Precondition: Nothing has happened since the server was made from what was recovered.
    case recoverAsSoleVoter

    // Network

    /// A message of another member, from an authenticated connection of this group.
    case receive(RaftMessage, from: MemberID)

    // Time

    /// The deadline in ``RaftServer/nextDeadline`` has passed; harmless when it has not.
    case tick

    // Clients

    /// Add entries to the log. Answered by a ``RaftWrite/append(_:)`` whose source is the proposal's
    /// token, or by ``RaftEffect/rejected(_:_:)``.
    case propose(Proposal)
    /// A linearizable read. Answered by ``RaftEffect/readReady(_:at:)`` or
    /// ``RaftEffect/readFailed(_:_:)``.
    case read(ReadID)
    /// The same, but the leader may answer at once while it holds a lease, if the options allow it.
    case leaseRead(ReadID)

    // Storage

    /// Every write up to this one is durable; numbers may be skipped or repeated.
    case persisted(WriteSequence)
    /// A write or flush failed; the server acknowledges nothing more, for ever.
    case persistFailed
    /// The space for new entries has run out or is back.
    case storageSpace(StorageSpace)

    // State machine and snapshots

    /// The state machine has applied every entry up to this one.
    case applied(LogIndex)
    /// A snapshot of the state after this entry is published and durable.
    ///
    /// - Precondition: ``RaftServer/mayTakeSnapshot`` when it was begun, and the entry was applied.
    case snapshotTaken(LogPosition)
    /// A piece of a received snapshot is durable; the next one begins at the offset.
    case snapshotStored(LogPosition, end: UInt64)
    /// A received snapshot was found whole, and is published and durable.
    case snapshotInstalled(LogPosition)
    /// A received snapshot is damaged or cannot be stored; what was received of it is gone.
    case snapshotRefused(LogPosition)
    /// A piece of a snapshot could not be read, so it was not sent.
    case snapshotUnavailable(LogPosition, to: MemberID)
}

/// A run of commands to append; their bytes stay with the caller.
public struct Proposal: Hashable, Sendable {
    /// Names the proposal in the answer.
    public var token: ProposalToken
    /// How many entries; at least one.
    public var entryCount: Int
    /// The size of all entries, for the limit on uncommitted bytes.
    public var byteCount: Int
    /// Whether the entries may use the space kept for a full disk, because they free some.
    public var mayUseReserve: Bool

    /// Describes entries.
    public init(
        token: ProposalToken, entryCount: Int, byteCount: Int, mayUseReserve: Bool = false
    ) {
        self.token = token
        self.entryCount = entryCount
        self.byteCount = byteCount
        self.mayUseReserve = mayUseReserve
    }
}

/// Whether the log device has space.
public enum StorageSpace: Hashable, Sendable {
    /// Writes succeed.
    case available
    /// Only what uses the reserve is accepted; reads go on.
    case full
}
