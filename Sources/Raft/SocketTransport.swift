public import Logging
import NIOPosix
public import RaftCore
import RaftRuntime
import RaftTransport

/// The way to the other hosts over TCP, with TLS off this machine.
///
/// Both ends say which cluster and which member they are, and refuse whom they do not expect. A
/// connection that is lost is made again, more slowly each time.
public final class SocketTransport: PeerTransport {
    private let settings: Settings
    private let running = Lock<Running?>(nil)

    private struct Running {
        let sockets: RaftTransport.SocketTransport
        let keeper: CertificateKeeper?
    }

    private struct Settings {
        let listen: String
        let advertised: String?
        let certificates: Certificates?
        let allowsPlaintext: Bool
        let logger: Logger
    }

    /// Files in PEM form, with which hosts know each other; read again soon after they have changed.
    public struct Certificates: Hashable, Sendable {
        /// The certificate of this host; `khepri://CLUSTER/NODE` is among its subject alternative
        /// names, the cluster as the text of a UUID in small letters, the number of the host.
        public var certificate: String
        /// Its private key.
        public var privateKey: String
        /// Who signs the certificates of hosts.
        public var roots: String

        /// Names the files.
        public init(certificate: String, privateKey: String, roots: String) {
            self.certificate = certificate
            self.privateKey = privateKey
            self.roots = roots
        }
    }

    /// Makes a transport that listens as soon as a host is opened with it.
    ///
    /// - Parameters:
    ///   - listen: `HOST:PORT` where this host listens; port 0 lets the system choose one.
    ///   - advertised: `HOST:PORT` where others reach it, if that is another address.
    ///   - certificates: Needed off this machine.
    ///   - allowsPlaintext: Whether hosts may speak without encryption over a network that others can
    ///     read, and believe whoever says that it is a member.
    ///   - logger: Told of connections that come and go, and why some are refused.
    public init(
        listen: String, advertised: String? = nil, certificates: Certificates? = nil,
        allowsPlaintext: Bool = false, logger: Logger = Logger(label: "raft.transport")
    ) {
        settings = Settings(
            listen: listen, advertised: advertised, certificates: certificates,
            allowsPlaintext: allowsPlaintext, logger: logger)
    }

    /// Listens; a host calls it.
    ///
    /// - Precondition: No other host uses the transport.
    public func start(
        as host: MemberID, in cluster: ClusterID,
        receiver: @escaping @Sendable ([PeerEnvelope]) -> Void
    ) async throws -> String? {
        let keeper = try makeKeeper()
        let sockets = RaftTransport.SocketTransport(
            try settings(of: host, in: cluster, keeper),
            group: .singletonMultiThreadedEventLoopGroup)
        let earlier = running.withLock { running in
            defer { running = Running(sockets: sockets, keeper: keeper) }
            return running
        }
        precondition(earlier == nil, "each host needs a transport of its own")
        sockets.deliver { receiver($0.map(PeerEnvelope.init)) }
        do {
            let bound = try await sockets.start()
            keeper?.start()
            return settings.advertised ?? bound.description
        } catch {
            running.withLock { $0 = nil }
            throw error
        }
    }

    /// Says whom to connect to.
    public func setPeers(_ peers: [RaftPeer]) {
        let addresses = peers.map { ($0.member, $0.address.flatMap { PeerAddress($0) }) }
        running.withLock { $0?.sockets }?.setPeers(Dictionary(uniqueKeysWithValues: addresses))
    }

    /// Sends on the connections that there are.
    public func send(_ envelopes: [PeerEnvelope]) {
        running.withLock { $0?.sockets }?.send(envelopes.map(\.content))
    }

    /// Closes all connections.
    public func stop() async {
        let last = running.withLock { $0.take() }
        last?.keeper?.stop()
        // What a connection says at its end changes nothing: it is gone.
        try? await last?.sockets.close()
    }

    private func makeKeeper() throws -> CertificateKeeper? {
        do {
            return try settings.certificates.map { files in
                try CertificateKeeper(
                    CertificatePaths(
                        certificate: files.certificate, privateKey: files.privateKey,
                        roots: files.roots), logger: settings.logger)
            }
        } catch let problem as CertificateProblem {
            throw RaftError(.transportFailed, problem.description)
        }
    }

    private func settings(
        of host: MemberID, in cluster: ClusterID, _ keeper: CertificateKeeper?
    ) throws -> TransportSettings {
        var settings = TransportSettings(
            cluster: cluster, member: host, listen: try Self.address(settings.listen),
            logger: settings.logger)
        settings.advertised = try self.settings.advertised.map(Self.address)
        settings.allowsPlaintext = self.settings.allowsPlaintext
        if let keeper { settings.tls = { keeper.contexts } }
        return settings
    }

    private static func address(_ text: String) throws -> PeerAddress {
        guard let address = PeerAddress(text) else {
            throw RaftError(
                .transportFailed, "expected HOST:PORT as the address of a host, found \"\(text)\"")
        }
        return address
    }
}
