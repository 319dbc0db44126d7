public import RaftCore
import RaftRuntime
import RaftStorage

/// How a host is opened.
///
/// ```swift
/// let options = RaftHostOptions(
///     node: 2, in: cluster, transport: SocketTransport(listen: "10.0.0.2:7400"))
/// ```
public struct RaftHostOptions: Sendable {
    /// The number of the host in its cluster; kept in a new directory, and not changed there later.
    public let node: UInt64
    /// The cluster that a new directory belongs to, and that an old one must belong to.
    ///
    /// Nil for a host that is alone.
    public let cluster: ClusterID?
    /// The way to the other hosts; nil for a host that is alone.
    public let transport: (any PeerTransport)?
    /// How long a request takes at most if it names no time.
    public var timeout: Duration = .seconds(5)
    /// A snapshot is not taken before this many bytes of log have been applied since the last.
    ///
    /// - Precondition: Positive when a host is opened.
    public var logBytesBeforeSnapshot = 16 << 20
    /// Times and limits of elections and replication; the same for all members.
    public var raft = RaftOptions()

    /// Makes options for a host that is alone.
    public init() {
        node = 1
        cluster = nil
        transport = nil
    }

    /// Makes options for one of several hosts.
    ///
    /// - Parameters:
    ///   - node: The host's number; each has another one.
    ///   - cluster: The same for all hosts, chosen once, at random.
    ///   - transport: The way to the others; each host has one of its own.
    public init(node: UInt64, in cluster: ClusterID, transport: any PeerTransport) {
        self.node = node
        self.cluster = cluster
        self.transport = transport
    }

    var hostOptions: HostOptions {
        var options = HostOptions()
        options.timeout = timeout
        options.snapshots = SnapshotPolicy(logBytesMinimum: logBytesBeforeSnapshot)
        options.raft = raft
        return options
    }

    var logOptions: LogOptions {
        let entropy = SystemEntropy()
        var options = LogOptions(cluster: cluster, randomBits: { entropy.next() })
        options.node = node
        return options
    }
}

extension Identifier128 {
    /// A new identifier, for a cluster or a group.
    public static func random() -> Identifier128 {
        let entropy = SystemEntropy()
        return Identifier128(high: entropy.next(), low: entropy.next())
    }
}
