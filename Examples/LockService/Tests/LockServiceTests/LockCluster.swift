import Foundation
import LockService
import Raft

/// Three members in one process; each has a directory of its own.
struct LockCluster {
    /// The members, in the order of their numbers.
    private(set) var groups: [RaftGroup<LockTable>] = []
    /// Joins the members, and parts them.
    let network = MemoryNetwork()
    private var hosts: [LockHost] = []
    private let directory: URL
    private let logBytesBeforeSnapshot: Int

    /// Opens the members in folders of a directory that exists.
    init(in directory: URL, logBytesBeforeSnapshot: Int) async throws {
        self.directory = directory
        self.logBytesBeforeSnapshot = logBytesBeforeSnapshot
        for number in 0..<3 { hosts.append(try await openHost(number)) }
        let voters = hosts.map(\.host.peer)
        for host in hosts { groups.append(try await host.group(voters: voters)) }
    }

    /// Closes a member and opens its directory again.
    mutating func restart(_ number: Int) async throws {
        try await hosts[number].host.close()
        hosts[number] = try await openHost(number)
        groups[number] = try await hosts[number].group()
    }

    /// Closes all members.
    func close() async throws {
        for host in hosts { try await host.host.close() }
    }

    private func openHost(_ number: Int) async throws -> LockHost {
        try await LockHost(
            at: directory.appendingPathComponent("member\(number)").path,
            node: UInt64(number) + 1, transport: network.transport(),
            logBytesBeforeSnapshot: logBytesBeforeSnapshot)
    }
}
