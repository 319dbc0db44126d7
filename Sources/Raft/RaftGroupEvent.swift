public import RaftCore
import RaftRuntime

/// How a group stands, as one member knows.
public struct RaftGroupStatus: Hashable, Sendable {
    /// What this member is.
    public let role: RaftRole
    /// The newest term it knows.
    public let term: Term
    /// Who leads, if it knows.
    public let leader: MemberID?
    /// The last entry that it knows is committed.
    public let commitIndex: LogIndex
    /// The last entry it has applied.
    public let appliedIndex: LogIndex
    /// The last entry that its newest snapshot includes.
    public let snapshotIndex: LogIndex
    /// The members in force, committed or not.
    public let configuration: Configuration
    /// The same members, with their addresses.
    public var peers: [RaftPeer] { configuration.peers }

    init(_ status: GroupStatus) {
        role = status.role
        term = status.term
        leader = status.leader
        commitIndex = status.commitIndex
        appliedIndex = status.appliedIndex
        snapshotIndex = status.snapshotPosition.index
        configuration = status.configuration
    }
}

/// Something that happened in a group, as one member saw it; there may be more in later versions.
public enum RaftGroupEvent: Hashable, Sendable {
    /// The member's role changed.
    case roleChanged(RaftRole, Term)
    /// Another member, or none, leads.
    case leaderChanged(MemberID?, Term)
    /// A configuration is committed.
    case configurationCommitted(Configuration)
    /// No leader with a quorum is known.
    case quorumLost
    /// A leader with a quorum is known again.
    case quorumRegained
    /// A snapshot was written here; it includes this entry.
    case snapshotTaken(LogIndex)
    /// The snapshot of another member replaced the state; it includes this entry.
    case snapshotInstalled(LogIndex)
    /// The log failed for ever, for this reason; open the directory again.
    case storageFailed(String)

    init?(_ event: GroupEvent) {
        switch event {
        case .roleChanged(let role, let term): self = .roleChanged(role, term)
        case .leaderChanged(let leader, let term): self = .leaderChanged(leader, term)
        case .configurationCommitted(let configuration, _):
            self = .configurationCommitted(configuration)
        case .quorumLost: self = .quorumLost
        case .quorumRegained: self = .quorumRegained
        case .snapshotTaken(let position, _): self = .snapshotTaken(position.index)
        case .snapshotInstalled(let position): self = .snapshotInstalled(position.index)
        case .halted(let failure): self = .storageFailed(RaftError(failure).message)
        case .replayed, .snapshotRefused, .configurationInForce, .transferFailed, .anomaly,
            .snapshotFailed, .storageSpaceChanged:
            return nil
        }
    }
}
