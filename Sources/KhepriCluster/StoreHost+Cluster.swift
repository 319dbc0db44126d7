public import Khepri
import NIOPosix
import RaftCore
import RaftRuntime
import RaftStorage
import RaftTransport

extension StoreHost {
    /// Opens a directory as a member of a cluster, or makes it.
    ///
    /// A host without an invitation founds a cluster of its own, or goes on as the member it was; one
    /// with an invitation waits until a member of the cluster adds the `joinRequest` of its store.
    /// - Throws: `StoreError`, as `open(at:configuration:)`, and `.invalidOperation` for a name or
    ///   address that is none, `.cannotOpen` if the address cannot be had or would be readable by others.
    public static func open(
        at directory: String, configuration: StoreConfiguration = .init(),
        cluster: ClusterConfiguration
    ) async throws -> StoreHost {
        try StoreName.validate(cluster.name)
        var environment = HostEnvironment()
        environment.cluster = try PeerLinks(cluster, configuration).hostCluster
        return try await open(
            at: directory, configuration: configuration, environment: environment)
    }
}

extension TreeStore {
    /// Opens the replicated store of a directory, as `StoreHost.open` does.
    public static func open(
        at directory: String, configuration: StoreConfiguration = .init(),
        cluster: ClusterConfiguration
    ) async throws -> TreeStore {
        let host = try await StoreHost.open(
            at: directory, configuration: configuration, cluster: cluster)
        do {
            return try await host.store()
        } catch {
            // Gives the directory free; why there is no store says more than what closing may say.
            try? await host.close()
            throw error
        }
    }
}
