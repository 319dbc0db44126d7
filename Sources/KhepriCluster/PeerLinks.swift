import Khepri
import NIOPosix
import RaftCore
import RaftRuntime
import RaftStorage
import RaftTransport

/// Joins a host with the transport that leads to its peers.
final class PeerLinks: Sendable {
    private struct State {
        var transport: SocketTransport?
        var members: [MemberID: MemberDetails] = [:]
    }

    private let cluster: ClusterConfiguration
    private let configuration: StoreConfiguration
    private let listen: PeerAddress
    private let advertised: PeerAddress?
    private let certificates: CertificateKeeper?
    private let state = Lock(State())

    init(_ cluster: ClusterConfiguration, _ configuration: StoreConfiguration) throws {
        self.cluster = cluster
        self.configuration = configuration
        listen = try Self.address(cluster.listen)
        advertised = try cluster.advertised.map(Self.address)
        do {
            certificates = try cluster.certificates.map {
                try CertificateKeeper($0.paths, logger: configuration.logger)
            }
        } catch let problem as CertificateProblem {
            throw StoreError(.cannotOpen, problem.description, cause: problem)
        }
    }

    /// What the host is told.
    var hostCluster: HostCluster {
        var host = HostCluster(
            name: cluster.name, joining: cluster.invitation,
            connect: { try await self.connect($0, $1) },
            membersChanged: { self.membersChanged($0) }, disconnect: { try await self.close() })
        host.mayFound = cluster.foundsCluster
        host.repairsDamage = cluster.repairsDamage
        if let certificates {
            let names = certificates.settings.names
            host.identify = { [cluster] in try cluster.identity(owning: $0, certified: names) }
        }
        return host
    }

    private func connect(
        _ identity: HostIdentity, _ member: MemberID
    ) async throws -> HostCluster.Connection {
        var settings = TransportSettings(
            cluster: identity.cluster, member: member, listen: listen, role: cluster.name,
            logger: configuration.logger)
        settings.advertised = advertised
        settings.allowsPlaintext = cluster.allowsPlaintext
        if let certificates { settings.tls = { certificates.contexts } }
        let transport = SocketTransport(settings, group: .singletonMultiThreadedEventLoopGroup)
        let bound = try await transport.start()
        certificates?.start()
        let members = state.withLock { state in
            state.transport = transport
            return state.members
        }
        membersChanged(members)
        let details = MemberDetails(
            name: cluster.name, peerAddress: (advertised ?? bound).description,
            endpoint: cluster.endpoint)
        return HostCluster.Connection(transport: transport, details: details)
    }

    private func membersChanged(_ members: [MemberID: MemberDetails]) {
        let transport = state.withLock { state in
            state.members = members
            return state.transport
        }
        transport?.setPeers(members.mapValues { PeerAddress($0.peerAddress) })
    }

    private func close() async throws {
        certificates?.stop()
        try await state.withLock { $0.transport }?.close()
    }

    private static func address(_ text: String) throws -> PeerAddress {
        guard let address = PeerAddress(text) else {
            throw StoreError(
                .invalidOperation, "expected HOST:PORT as the address of a host, found \"\(text)\"")
        }
        return address
    }
}
