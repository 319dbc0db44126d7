import Foundation
import Raft

/// Three members in one process; each has a directory of its own.
public struct LockCluster: Sendable {
    /// The members, in the order of their numbers.
    public private(set) var groups: [RaftGroup<LockTable>] = []
    /// Joins the members, and parts them.
    public let network = MemoryNetwork()
    private var hosts: [RaftHost<LockTable>] = []
    private let directory: URL
    private let logBytesBeforeSnapshot: Int
    private let id = GroupID(high: 0x6c6f_636b, low: 0x7365_7276_6963_65)

    /// Opens the members in folders of a directory that exists.
    public init(in directory: URL, logBytesBeforeSnapshot: Int = 16 << 20) async throws {
        self.directory = directory
        self.logBytesBeforeSnapshot = logBytesBeforeSnapshot
        for number in 0..<3 { hosts.append(try await openHost(number)) }
        let voters = hosts.map(\.member)
        for host in hosts { groups.append(try await host.group(id, voters: voters)) }
    }

    /// Closes a member and opens its directory again.
    public mutating func restart(_ number: Int) async throws {
        try await hosts[number].close()
        hosts[number] = try await openHost(number)
        groups[number] = try await hosts[number].group(id)
    }

    /// Who a member is.
    public func member(_ number: Int) -> MemberID { hosts[number].member }

    /// Closes all members.
    public func close() async throws {
        for host in hosts { try await host.close() }
    }

    private func openHost(_ number: Int) async throws -> RaftHost<LockTable> {
        var options = RaftHostOptions()
        options.node = UInt64(number) + 1
        options.transport = network.transport(of: options.node)
        options.logBytesBeforeSnapshot = logBytesBeforeSnapshot
        return try await RaftHost.open(
            at: directory.appendingPathComponent("member\(options.node)").path, options: options)
    }
}
