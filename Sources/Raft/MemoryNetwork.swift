import RaftRuntime

/// Joins hosts of one process, for tests and examples; hosts are known by their numbers.
public final class MemoryNetwork: Sendable {
    private struct State {
        var receivers: [UInt64: @Sendable ([PeerEnvelope]) -> Void] = [:]
        var isolated: Set<UInt64> = []
    }

    private let state = Lock(State())

    /// Makes a network that joins nobody yet.
    public init() {}

    /// The way of a host to the others; one that is opened again takes the place of the first.
    public func transport(of node: UInt64) -> any PeerTransport {
        MemoryTransport(node: node, network: self)
    }

    /// Cuts a host off from all others, or joins it to them again.
    public func setIsolated(_ isIsolated: Bool, node: UInt64) {
        state.withLock { state in
            if isIsolated { state.isolated.insert(node) } else { state.isolated.remove(node) }
        }
    }

    fileprivate func setReceiver(
        _ receiver: @escaping @Sendable ([PeerEnvelope]) -> Void, of node: UInt64
    ) {
        state.withLock { $0.receivers[node] = receiver }
    }

    fileprivate func send(_ envelopes: [PeerEnvelope], from node: UInt64) {
        for envelope in envelopes {
            let target = envelope.receiver.node
            let receiver = state.withLock { state in
                let isCut = state.isolated.contains(node) || state.isolated.contains(target)
                return isCut ? nil : state.receivers[target]
            }
            receiver?([envelope])
        }
    }
}

private final class MemoryTransport: PeerTransport {
    private let node: UInt64
    private let network: MemoryNetwork

    init(node: UInt64, network: MemoryNetwork) {
        self.node = node
        self.network = network
    }

    func deliver(to receiver: @escaping @Sendable ([PeerEnvelope]) -> Void) {
        network.setReceiver(receiver, of: node)
    }

    func send(_ envelopes: [PeerEnvelope]) {
        network.send(envelopes, from: node)
    }
}
