import RaftCore
import RaftRuntime

/// Joins hosts of one process, for tests and examples.
public final class MemoryNetwork: Sendable {
    private struct State {
        var receivers: [MemberID: @Sendable ([PeerEnvelope]) -> Void] = [:]
        var isolated: Set<UInt64> = []
    }

    private let state = Lock(State())

    /// Makes a network that joins nobody yet.
    public init() {}

    /// The way to the others for a host that is about to be opened.
    public func transport() -> any PeerTransport { MemoryTransport(self) }

    /// Cuts a host off from all others, or joins it to them again.
    ///
    /// - Parameters:
    ///   - isIsolated: Whether nothing comes through from now on.
    ///   - node: The number of the host.
    public func setIsolated(_ isIsolated: Bool, node: UInt64) {
        state.withLock { state in
            if isIsolated { state.isolated.insert(node) } else { state.isolated.remove(node) }
        }
    }

    fileprivate func setReceiver(
        _ receiver: (@Sendable ([PeerEnvelope]) -> Void)?, of member: MemberID
    ) {
        state.withLock { $0.receivers[member] = receiver }
    }

    fileprivate func carry(_ envelope: PeerEnvelope) {
        let (sender, target) = (envelope.sender, envelope.receiver)
        let receiver = state.withLock { state in
            let isCut = [sender, target].contains { state.isolated.contains($0.node) }
            return isCut ? nil : state.receivers[target]
        }
        receiver?([envelope])
    }
}

private final class MemoryTransport: PeerTransport {
    private let network: MemoryNetwork
    private let host = Lock<MemberID?>(nil)

    init(_ network: MemoryNetwork) { self.network = network }

    func start(
        as host: MemberID, in cluster: ClusterID,
        receiver: @escaping @Sendable ([PeerEnvelope]) -> Void
    ) async throws -> String? {
        self.host.withLock { $0 = host }
        network.setReceiver(receiver, of: host)
        return nil
    }

    func send(_ envelopes: [PeerEnvelope]) {
        for envelope in envelopes { network.carry(envelope) }
    }

    func stop() async {
        if let host = host.withLock({ $0 }) { network.setReceiver(nil, of: host) }
    }
}
