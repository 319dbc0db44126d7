import RaftCore
import RaftRuntime

/// Something that happened to a member of a store.
public enum ClusterEvent: Sendable, Hashable {
    /// This member leads from now on.
    case becameLeader(term: UInt64)
    /// This member leads no more: work that only a leader may do must end.
    case stoppedLeading
    /// Another member, or none, is known to lead.
    case leaderChanged(name: String?)
    /// No leader with a majority behind it is known; nothing can be written.
    case quorumLost
    /// A leader with a majority behind it is known again.
    case quorumRegained
    /// The members changed.
    case membersChanged([Cluster.Member])
    /// This member fell so far behind that it took over another's snapshot.
    case snapshotInstalled
    /// The disk is full; reads and deletes go on.
    case storageFull
    /// The disk has space again.
    case storageAvailable
    /// The disk failed, and the member stopped.
    case storageFailed
    /// The log has a command of a newer version of Khepri, and the member stopped before it.
    case newerVersionNeeded
    /// The state of a member is not that of the majority, or no majority has the same; one that is in
    /// the minority stops.
    case memberDiverged(name: String)
}

/// Gives the events of a store to everybody who listens.
final class ClusterEvents: Sendable {
    private let streams = EventStreams<ClusterEvent>()
    private let wasLeader = Lock(false)

    /// A stream of what happens from now on.
    func stream() -> AsyncStream<ClusterEvent> { streams.stream() }

    /// Ends all streams.
    func end() { streams.end() }

    /// Called on the driver's thread.
    func note(_ event: GroupEvent, _ configuration: () -> Configuration, local: MemberID) {
        if let event = clusterEvent(event, configuration, local) { note(event) }
    }

    /// The same for an event of the store itself.
    func note(_ event: ClusterEvent) { streams.post(event) }

    private func clusterEvent(
        _ event: GroupEvent, _ configuration: () -> Configuration, _ local: MemberID
    ) -> ClusterEvent? {
        switch event {
        case .roleChanged(let role, let term):
            let wasLeader = wasLeader.withLock { wasLeader in
                defer { wasLeader = role == .leader }
                return wasLeader
            }
            if role == .leader { return .becameLeader(term: term.rawValue) }
            return wasLeader ? .stoppedLeading : nil
        case .leaderChanged(let leader, _):
            let names = MemberNames(configuration())
            return .leaderChanged(name: leader.map(names.name(of:)))
        case .quorumLost: return .quorumLost
        case .quorumRegained: return .quorumRegained
        case .configurationCommitted(let configuration, _):
            guard !configuration.isJoint else { return nil }
            return .membersChanged(MemberNames(configuration).members(leader: nil, local: local))
        case .snapshotInstalled: return .snapshotInstalled
        case .storageSpaceChanged(.full): return .storageFull
        case .storageSpaceChanged(.available): return .storageAvailable
        case .halted(.applicationHalted(let halt)):
            switch halt.reason {
            case .newerVersion: return .newerVersionNeeded
            case .divergence:
                return .memberDiverged(name: MemberNames(configuration()).name(of: local))
            }
        case .halted: return .storageFailed
        case .replayed, .snapshotTaken, .snapshotFailed, .snapshotRefused, .transferFailed,
            .anomaly,
            .configurationInForce:
            return nil
        }
    }
}
