import Foundation
import Khepri
import KhepriCluster
import KhepriServer
import NIOCore
import RaftTransport
import ServiceLifecycle

/// One member that `serve` runs: a host with its peers and its HTTP server.
struct ServedMember {
    var name: String
    var directory: String
    /// Where clients reach it.
    var address: HostAndPort
    /// Where other members reach it; nil for a host that is alone.
    var peer: String?
    /// A member of the cluster that it shall join.
    var join: Endpoint?
    /// Whether it joins for reads only.
    var isLearner = false
    /// Whether a damaged directory is repaired by the other members.
    var repairsDamage = false
    /// Whether the members are far from each other.
    var spansRegions = false
    var allowsPlaintext = false
    var allowedHosts: [String] = []
    /// The files with which it and other members know each other.
    var certificates: CertificatePaths?
    /// What those files hold, for clients and for servers that it asks itself.
    var keeper: CertificateKeeper?
    /// Whether clients are served over TLS.
    var isEncrypted = false

    /// Where clients reach it, with the port that it has.
    func url(withPort port: Int) -> String {
        (isEncrypted ? "https://" : "http://") + address.host(withPort: port)
    }

    private var url: String? { address.port == 0 ? nil : url(withPort: address.port) }

    /// A server, with what this member shows to it.
    func reached(_ endpoint: Endpoint) throws -> Endpoint {
        var endpoint = endpoint
        if endpoint.isEncrypted { endpoint.context = try keeper?.settings.clientContext() }
        return endpoint
    }

    /// Opens the host, and makes it a member if it is to be one.
    func open() async throws -> StoreHost {
        var configuration = Diagnostics.servingConfiguration
        configuration.spansRegions = spansRegions
        guard let peer else {
            return try await StoreHost.open(at: directory, configuration: configuration)
        }
        var cluster = ClusterConfiguration(
            name: name, listen: peer, endpoint: url)
        cluster.certificates = certificates.map {
            .init(certificate: $0.certificate, privateKey: $0.privateKey, roots: $0.roots)
        }
        cluster.allowsPlaintext = allowsPlaintext
        cluster.repairsDamage = repairsDamage
        if let join {
            cluster.foundsCluster = false
            cluster.invitation = try await invitation(of: join)
        }
        let host = try await StoreHost.open(
            at: directory, configuration: configuration, cluster: cluster)
        do {
            try await enter(host)
            return host
        } catch {
            try? await host.close()
            throw error
        }
    }

    /// Opens the host as a member of a cluster of this process.
    func open(invitedBy leader: Cluster?) async throws -> StoreHost {
        var cluster = ClusterConfiguration(
            name: name, listen: peer ?? "127.0.0.1:0", endpoint: url,
            invitation: leader?.invitation)
        cluster.allowsPlaintext = allowsPlaintext
        let host = try await StoreHost.open(
            at: directory, configuration: Diagnostics.configuration, cluster: cluster)
        do {
            let own = try await host.store().cluster
            if let leader, let request = own.joinRequest,
                !own.members.contains(where: \.isLocal)
            {
                try await leader.add(request)
            }
            return host
        } catch {
            try? await host.close()
            throw error
        }
    }

    /// The invitation of the cluster; nil if nobody answers and the directory knows one already.
    ///
    /// A host that knows its cluster does not wait long for one that may stand still.
    private func invitation(of join: Endpoint) async throws -> Cluster.Invitation? {
        let identity = URL(filePath: directory).appending(path: "identity").path
        let isKnown = FileManager.default.fileExists(atPath: identity)
        var client = ClusterClient(endpoint: try reached(join))
        if isKnown { client.silenceMaximum = .seconds(1) }
        do {
            return try await client.invitation()
        } catch let error as ProgramExit {
            guard isKnown else { throw error }
            return nil
        }
    }

    /// Waits until the host is a member.
    private func enter(_ host: StoreHost) async throws {
        let cluster = try await host.store().cluster
        guard let join, let request = cluster.joinRequest,
            !cluster.members.contains(where: \.isLocal)
        else { return }
        try await ClusterClient(endpoint: try reached(join)).add(request, isLearner: isLearner)
    }

    /// The HTTP server of the host.
    func server(
        of host: StoreHost, onReady: @escaping @Sendable (Int) -> Void
    ) -> StoreServer {
        var options = StoreServer.Options(host: address.host, port: address.port)
        options.names = allowedHosts
        if isEncrypted, let keeper {
            options.names += keeper.settings.hostNames
            options.encryption = { keeper.contexts.server }
        }
        return StoreServer(
            host, options: options, logger: Diagnostics.configuration.logger, onReady: onReady)
    }
}
