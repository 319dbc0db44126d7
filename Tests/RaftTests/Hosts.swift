import Foundation
import Logging
import Raft
import Testing

/// Hosts of this process, each with a directory of its own, and their members of one group.
struct Hosts: ~Copyable {
    /// How hosts reach each other.
    enum Way {
        case memory
        case loopback
    }

    let cluster = ClusterID.random()
    let id = GroupID.random()
    let network = MemoryNetwork()
    let directory: URL
    private let way: Way
    private let adjust: (inout RaftHostOptions) -> Void
    private(set) var hosts: [RaftHost<Journal>] = []
    private(set) var groups: [RaftGroup<Journal>] = []

    private init(_ way: Way, _ adjust: @escaping (inout RaftHostOptions) -> Void) throws {
        self.way = way
        self.adjust = adjust
        directory = FileManager.default.temporaryDirectory.appending(path: "raft-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    /// Founds a group of some hosts, and closes them after the body.
    static func with(
        _ count: Int, by way: Way = .memory,
        adjusting adjust: @escaping (inout RaftHostOptions) -> Void = { _ in },
        _ body: (inout Hosts) async throws -> Void
    ) async throws {
        var hosts = try Hosts(way, adjust)
        defer { try? FileManager.default.removeItem(at: hosts.directory) }
        do {
            for number in 0..<count { try await hosts.openHost(number) }
            let voters = hosts.hosts.map(\.peer)
            for number in 0..<count { try await hosts.openGroup(number, voters: voters) }
            try await body(&hosts)
        } catch {
            for host in hosts.hosts { try? await host.close() }
            throw error
        }
        for host in hosts.hosts { try await host.close() }
    }

    func path(_ number: Int) -> String { directory.appending(path: "host\(number + 1)").path }

    func options(_ number: Int, listen: String = "127.0.0.1:0") -> RaftHostOptions {
        let transport: any PeerTransport =
            switch way {
            case .memory: network.transport()
            case .loopback: SocketTransport(listen: listen, logger: .silent)
            }
        var options = RaftHostOptions(
            node: UInt64(number) + 1, in: cluster, transport: transport)
        adjust(&options)
        return options
    }

    /// Opens a host, or the directory of one that was closed.
    mutating func openHost(_ number: Int, listen: String = "127.0.0.1:0") async throws {
        let host = try await RaftHost<Journal>.open(
            at: path(number), options: options(number, listen: listen))
        if number < hosts.count { hosts[number] = host } else { hosts.append(host) }
    }

    /// Opens the group on a host.
    mutating func openGroup(_ number: Int, voters: [RaftPeer] = []) async throws {
        let group = try await hosts[number].group(id, voters: voters)
        if number < groups.count { groups[number] = group } else { groups.append(group) }
    }

    /// Opens another host, whose member waits to be added.
    mutating func addHost() async throws {
        let number = hosts.count
        try await openHost(number)
        try await openGroup(number)
    }

    /// Closes a host and opens its directory again.
    mutating func restart(_ number: Int) async throws {
        try await hosts[number].close()
        let listen = hosts[number].peer.address ?? "127.0.0.1:0"
        try await openHost(number, listen: listen)
        try await openGroup(number)
    }

    /// The host that leads, once all but one that is away know of one another.
    ///
    /// A command that goes to a leader who is no more is not sent again by itself.
    @discardableResult
    func leader(besides away: Int? = nil) async throws -> Int {
        let present = groups.indices.filter { $0 != away }
        for number in present { try await groups[number].linearize(timeout: .seconds(20)) }
        let leader = groups[present[0]].status.leader
        return try #require(hosts.firstIndex { $0.member == leader })
    }

    /// Waits until everybody has applied what was answered before.
    func catchUp() async throws {
        for group in groups { try await group.linearize(timeout: .seconds(20)) }
    }
}

extension Logger {
    /// One that says nothing.
    static var silent: Logger {
        Logger(label: "raft.tests", factory: { _ in SwiftLogNoOpLogHandler() })
    }
}

extension AsyncStream<RaftGroupEvent> {
    /// Waits for the first event that a function makes something of; nil if the events end before.
    func first<Value>(_ value: (RaftGroupEvent) -> Value?) async -> Value? {
        for await event in self {
            if let value = value(event) { return value }
        }
        return nil
    }
}
