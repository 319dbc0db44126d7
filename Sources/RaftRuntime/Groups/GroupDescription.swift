package import RaftCore

/// What a host needs to know to open a group.
package struct GroupDescription<Machine: StateMachine>: Sendable {
    /// Names the group for ever.
    package var id: GroupID
    /// What people call it; written once, when the group is new.
    package var name: String
    /// Who this host is in the group.
    package var member: MemberID
    /// A new machine; a snapshot is restored into it, then entries are applied.
    package var machine: Machine
    /// What the log held of the group; nil for a new one.
    package var recovered: RecoveredGroup?
    /// The first configuration if the group has none yet; nil for a member that waits to be added.
    package var bootstrap: Configuration?
    /// Whether the other voters are lost for ever and this member goes on without them.
    package var recoversAsSoleVoter = false
    /// Another group of the host, whose members this one's follow as long as the host leads it.
    package var follows: GroupID?
    /// Called on the driver's thread when something happens; must be short.
    package var observer: @Sendable (GroupEvent) -> Void = { _ in }

    package init(
        id: GroupID, name: String, member: MemberID, machine: Machine,
        recovered: RecoveredGroup? = nil, bootstrap: Configuration? = nil
    ) {
        self.id = id
        self.name = name
        self.member = member
        self.machine = machine
        self.recovered = recovered
        self.bootstrap = bootstrap
    }
}

/// Something that happened in a group.
package enum GroupEvent: Sendable, Hashable {
    /// Recovery has applied entries up to the first index, of those up to the second.
    case replayed(through: LogIndex, of: LogIndex)
    /// The member's role changed.
    case roleChanged(RaftRole, Term)
    /// Another member, or none, leads.
    case leaderChanged(MemberID?, Term)
    /// A snapshot is published and recorded.
    case snapshotTaken(LogPosition, byteCount: UInt64)
    /// The snapshot of another member replaced the state.
    case snapshotInstalled(LogPosition)
    /// The snapshot of another member cannot be used.
    case snapshotRefused(LogPosition, LogDeviceError)
    /// Another configuration is in force, committed or not.
    case configurationInForce(Configuration)
    /// A configuration is committed.
    case configurationCommitted(Configuration, at: LogIndex)
    /// No leader with a quorum is known; one was at that instant.
    case quorumLost(since: Instant)
    /// A leader with a quorum is known again.
    case quorumRegained
    /// The member that was to lead did not take over in time.
    case transferFailed(to: MemberID)
    /// A message that no correct member sends; it was dropped.
    case anomaly(Anomaly, from: MemberID)
    /// A snapshot could not be written; another is tried later.
    case snapshotFailed(LogDeviceError)
    /// The disk is full, or has space again.
    case storageSpaceChanged(StorageSpace)
    /// The group stopped for good on this member.
    case halted(RequestFailure)
}

/// How a group stands.
package struct GroupStatus: Sendable, Hashable {
    package var role = RaftRole.follower
    package var term = Term.zero
    package var leader: MemberID?
    package var lastPosition = LogPosition.zero
    package var persistedIndex = LogIndex.zero
    package var commitIndex = LogIndex.zero
    package var appliedIndex = LogIndex.zero
    package var snapshotPosition = LogPosition.zero
    /// Bytes of log since the last snapshot.
    package var logBytesSinceSnapshot: UInt64 = 0
    package var snapshotBytes: UInt64 = 0
    /// The time of the newest snapshot's last entry, in milliseconds; 0 if there is none.
    package var snapshotTime: UInt64 = 0
    package var configuration = Configuration.empty

    package init() {}
}
