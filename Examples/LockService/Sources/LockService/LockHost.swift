import Raft

/// One of the hosts that keep the locks.
public struct LockHost: Sendable {
    /// The cluster, the same for all hosts; another installation has another one.
    public static let cluster = ClusterID(high: 0x6c6f_636b, low: 0x636c_7573_7465_72)
    /// The group that keeps the locks.
    public static let group = GroupID(high: 0x6c6f_636b, low: 0x7365_7276_6963_65)

    /// The directory and what runs in it.
    public let host: RaftHost<LockTable>

    /// Opens a directory, or makes it.
    ///
    /// - Parameters:
    ///   - path: Where; the parent must exist.
    ///   - node: The number of the host.
    ///   - transport: The way to the other hosts.
    ///   - logBytesBeforeSnapshot: How much log comes between two snapshots.
    /// - Throws: `RaftError`.
    public init(
        at path: String, node: UInt64, transport: any PeerTransport,
        logBytesBeforeSnapshot: Int = 16 << 20
    ) async throws {
        var options = RaftHostOptions(node: node, in: Self.cluster, transport: transport)
        options.logBytesBeforeSnapshot = logBytesBeforeSnapshot
        host = try await RaftHost.open(at: path, options: options)
    }

    /// Opens the host's member of the group.
    ///
    /// - Parameter voters: The first members, when the group is new; none for a host that is to be
    ///   added, or that was a member before.
    /// - Throws: `RaftError`.
    public func group(voters: [RaftPeer] = []) async throws -> RaftGroup<LockTable> {
        try await host.group(Self.group, voters: voters)
    }
}
