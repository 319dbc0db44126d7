import Foundation
import Khepri
import KhepriCluster
import Logging
import Synchronization
import Testing

/// Hosts in this process, on loopback, with a directory each.
actor TestCluster {
    nonisolated(unsafe) private(set) var stores: [TreeStore] = []
    nonisolated(unsafe) private var hosts: [StoreHost] = []
    private let directory: URL
    private var addresses: [String] = []
    private let log = LinesInMemory()

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

    /// A host with all its stores.
    nonisolated func host(_ number: Int) -> StoreHost { hosts[number] }

    /// The lines that hosts have logged so far.
    nonisolated var loggedLines: [String] { log.lines }

    private func add(_ number: Int) async throws {
        let invitation = stores.first?.cluster.invitation
        let host = try await open(number, listen: "127.0.0.1:0", invitation)
        let store = try await host.store()
        hosts.append(host)
        addresses.append(try #require(store.cluster.joinRequest?.peerAddress))
        stores.append(store)
        if number > 0 { try await join(store) }
    }

    /// Adds a store to the cluster of the first, and waits until it is a voter.
    private func join(_ store: TreeStore) async throws {
        let events = store.cluster.events
        try await stores[0].cluster.add(try #require(store.cluster.joinRequest))
        // Being a voter takes the leader's log and another change of members.
        for await event in events {
            guard case .membersChanged(let members) = event else { continue }
            if members.contains(where: { $0.isLocal && $0.role == .voter }) { break }
        }
    }

    private func open(
        _ number: Int, listen: String, _ invitation: Cluster.Invitation?, repairing: Bool = false
    ) async throws -> StoreHost {
        var cluster = ClusterConfiguration(
            name: "n\(number + 1)", listen: listen, invitation: invitation)
        cluster.repairsDamage = repairing
        return try await StoreHost.open(
            at: path(number), configuration: configuration, cluster: cluster)
    }

    private func path(_ number: Int) -> String {
        directory.appending(path: "n\(number + 1)").path
    }

    private var configuration: StoreConfiguration {
        var configuration = StoreConfiguration.small
        configuration.logger = Logger(label: "cluster") { [log] _ in log }
        return configuration
    }

    /// Makes a host that is stopped the only member, and starts it.
    func recover(_ number: Int) async throws {
        let store = try await TreeStore.recoverAsSingleMember(
            at: path(number), configuration: configuration)
        try await store.close()
        try await start(number)
    }

    /// Lets a host that is stopped join the cluster of the first with an empty directory.
    func joinAnew(_ number: Int) async throws {
        try FileManager.default.removeItem(atPath: path(number))
        hosts[number] = try await open(
            number, listen: addresses[number], stores[0].cluster.invitation)
        stores[number] = try await hosts[number].store()
        try await join(stores[number])
    }

    /// Flips a bit in the middle of what the log of a host that is stopped holds.
    func damage(_ number: Int) throws {
        let log = URL(filePath: path(number)).appending(path: "log/wal-0000000000000001.log")
        var bytes = Array(try Data(contentsOf: log))
        let used = (bytes.lastIndex { $0 != 0 } ?? 0) - 4096
        bytes[4096 + used / 2] ^= 4
        try Data(bytes).write(to: log)
    }

    /// Lets the others repair a host that is stopped.
    func repair(_ number: Int) async throws {
        hosts[number] = try await open(
            number, listen: addresses[number], stores[0].cluster.invitation, repairing: true)
        stores[number] = try await hosts[number].store()
        try await join(stores[number])
    }

    /// The names in the directory of a host.
    func names(_ number: Int) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(number)).sorted()
    }

    /// Ends one host.
    func stop(_ number: Int) async throws {
        try await stores[number].close()
    }

    /// Starts it again, with what is in its directory.
    func start(_ number: Int) async throws {
        hosts[number] = try await open(number, listen: addresses[number], nil)
        stores[number] = try await hosts[number].store()
    }

    private func end() async {
        for store in stores { try? await store.close() }
        try? FileManager.default.removeItem(at: directory)
    }
}

/// A log that tests can look at.
struct LinesInMemory: LogHandler {
    private final class Storage: Sendable {
        let lines = Mutex<[String]>([])
    }

    private let storage = Storage()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    var lines: [String] { storage.lines.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let details = event.metadata.map { " \($0)" } ?? ""
        storage.lines.withLock { $0.append("\(event.message)\(details)") }
    }
}
