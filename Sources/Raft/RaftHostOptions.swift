public import RaftCore
import RaftRuntime

/// How a host is opened.
public struct RaftHostOptions: Sendable {
    /// The number of the host in its cluster; kept in a new directory, and not changed there later.
    public var node: UInt64 = 1
    /// The way to the other hosts; nil for a host that is alone.
    public var transport: (any PeerTransport)?
    /// How long a request takes at most if it names no time.
    public var timeout: Duration = .seconds(5)
    /// A snapshot is not taken before this many bytes of log have been applied since the last.
    ///
    /// - Precondition: Positive when a host is opened.
    public var logBytesBeforeSnapshot = 16 << 20
    /// Times and limits of elections and replication; the same for all members.
    public var raft = RaftOptions()

    /// Makes options that suit a host which is alone.
    public init() {}

    var hostOptions: HostOptions {
        var options = HostOptions()
        options.timeout = timeout
        options.snapshots = SnapshotPolicy(logBytesMinimum: logBytesBeforeSnapshot)
        options.raft = raft
        return options
    }
}
