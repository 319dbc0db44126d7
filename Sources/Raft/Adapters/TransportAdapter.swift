import RaftCore
import RaftRuntime
import RaftStorage

/// Gives a user's transport the shape that the runtime knows, and tells it who the members are.
final class TransportAdapter: RaftRuntime.PeerTransport {
    private let transport: any PeerTransport
    private let receiver = Lock<(@Sendable ([RaftRuntime.PeerEnvelope]) -> Void)?>(nil)
    private let peers = Lock<[GroupID: [RaftPeer]]>([:])

    init(_ transport: any PeerTransport) { self.transport = transport }

    /// What arrives before the host takes it is dropped, as anything may be.
    ///
    /// - Returns: Where others reach the host.
    func start(for directory: HostDirectory) async throws -> String? {
        try await transport.start(
            as: directory.member, in: directory.identity.cluster
        ) { [receiver] envelopes in
            receiver.withLock { $0 }?(envelopes.map(\.content))
        }
    }

    func deliver(to receiver: @escaping @Sendable ([RaftRuntime.PeerEnvelope]) -> Void) {
        self.receiver.withLock { $0 = receiver }
    }

    func send(_ envelopes: [RaftRuntime.PeerEnvelope]) {
        transport.send(envelopes.map(PeerEnvelope.init))
    }

    /// Takes note of the members of a group; called on the driver's thread.
    func note(_ configuration: Configuration, of group: GroupID) {
        let newest = configuration.peers
        let all = peers.withLock { peers in
            peers[group] = newest
            return peers.values.joined() + newest
        }
        // What one group does not know another may; what was said last counts.
        let known = Dictionary(all.map { ($0.member, $0) }) { $1.address == nil ? $0 : $1 }
        transport.setPeers(known.values.sorted { $0.member < $1.member })
    }

    func stop() async { await transport.stop() }
}
