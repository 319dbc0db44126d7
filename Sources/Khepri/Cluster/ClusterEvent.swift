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
    /// The events that wait for a listener at most.
    static let bufferMaximum = 256

    private struct State {
        var listeners: [Int: AsyncStream<ClusterEvent>.Continuation] = [:]
        var lastNumber = 0
        var isEnded = false
        var wasLeader = false
    }

    private let state = Lock(State())

    /// A stream of what happens from now on.
    func stream() -> AsyncStream<ClusterEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ClusterEvent.self, bufferingPolicy: .bufferingNewest(Self.bufferMaximum))
        let number: Int? = state.withLock { state in
            guard !state.isEnded else { return nil }
            state.lastNumber += 1
            state.listeners[state.lastNumber] = continuation
            return state.lastNumber
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    /// Ends all streams.
    func end() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            state.isEnded = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }

    /// Called on the driver's thread.
    func note(_ event: GroupEvent, _ configuration: () -> Configuration, local: MemberID) {
        if let event = clusterEvent(event, configuration, local) { note(event) }
    }

    /// The same for an event of the store itself.
    func note(_ event: ClusterEvent) {
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener.yield(event) }
    }

    private func clusterEvent(
        _ event: GroupEvent, _ configuration: () -> Configuration, _ local: MemberID
    ) -> ClusterEvent? {
        switch event {
        case .roleChanged(let role, let term):
            let wasLeader = state.withLock { state in
                defer { state.wasLeader = role == .leader }
                return state.wasLeader
            }
            if role == .leader { return .becameLeader(term: term.rawValue) }
            return wasLeader ? .stoppedLeading : nil
        case .leaderChanged(let leader, _):
            let names = Names(configuration())
            return .leaderChanged(name: leader.map(names.name(of:)))
        case .quorumLost: return .quorumLost
        case .quorumRegained: return .quorumRegained
        case .configurationCommitted(let configuration, _):
            guard !configuration.isJoint else { return nil }
            return .membersChanged(Names(configuration).members(leader: nil, local: local))
        case .snapshotInstalled: return .snapshotInstalled
        case .storageSpaceChanged(.full): return .storageFull
        case .storageSpaceChanged(.available): return .storageAvailable
        case .halted(.applicationHalted(let halt)):
            switch halt.reason {
            case .newerVersion: return .newerVersionNeeded
            case .divergence: return .memberDiverged(name: Names(configuration()).name(of: local))
            }
        case .halted: return .storageFailed
        case .replayed, .snapshotTaken, .snapshotFailed, .snapshotRefused, .transferFailed,
            .anomaly,
            .configurationInForce:
            return nil
        }
    }
}
