import Foundation
import Khepri
import KhepriCluster
import Testing

/// Hosts in this process, on loopback, with a directory each.
actor TestCluster {
    nonisolated(unsafe) private(set) var stores: [TreeStore] = []
    private let directory: URL
    private var addresses: [String] = []

    private init() throws {
        directory = FileManager.default.temporaryDirectory
            .appending(path: "khepri-cluster-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    /// Forms a cluster, and ends it after the body.
    static func with(
        hostCount: Int, _ body: (TestCluster) async throws -> Void
    ) async throws {
        let cluster = try TestCluster()
        do {
            for number in 0..<hostCount { try await cluster.add(number) }
            try await body(cluster)
            await cluster.end()
        } catch {
            await cluster.end()
            throw error
        }
    }

    /// The store that leads.
    nonisolated var leader: TreeStore? { stores.first { $0.cluster.status.isLeader } }

    private func add(_ number: Int) async throws {
        let invitation = stores.first?.cluster.invitation
        let store = try await open(number, listen: "127.0.0.1:0", invitation)
        addresses.append(try #require(store.cluster.joinRequest?.peerAddress))
        stores.append(store)
        guard number > 0 else { return }
        let events = store.cluster.events
        try await stores[0].cluster.add(try #require(store.cluster.joinRequest))
        // Being a voter takes the leader's log and another change of members.
        for await event in events {
            guard case .membersChanged(let members) = event else { continue }
            if members.contains(where: { $0.isLocal && $0.role == .voter }) { break }
        }
    }

    private func open(
        _ number: Int, listen: String, _ invitation: Cluster.Invitation?
    ) async throws -> TreeStore {
        try await TreeStore.open(
            at: directory.appending(path: "n\(number + 1)").path, configuration: .small,
            cluster: ClusterConfiguration(
                name: "n\(number + 1)", listen: listen, invitation: invitation))
    }

    /// Ends one host.
    func stop(_ number: Int) async throws {
        try await stores[number].close()
    }

    /// Starts it again, with what is in its directory.
    func start(_ number: Int) async throws {
        stores[number] = try await open(number, listen: addresses[number], nil)
    }

    private func end() async {
        for store in stores { try? await store.close() }
        try? FileManager.default.removeItem(at: directory)
    }
}
