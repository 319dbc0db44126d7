import KhepriTree
public import Logging

/// How a host keeps its stores; every setting has a default that suits a server.
public struct StoreConfiguration: Sendable {
    /// How long an operation may take unless it names its own timeout.
    public var timeout: Duration = .seconds(5)

    /// The largest payload in bytes, encoded; at most 8 MiB.
    public var valueBytesMaximum: Int = TreeLimits.payloadBytesDefault

    /// The largest segment of the log in bytes: 1 MiB to 64 MiB.
    ///
    /// Segments start at 1 MiB and double
    /// up to this with the traffic.
    public var segmentBytesMaximum: Int = 64 << 20

    /// How many percent of the last snapshot's size the log has when the next one is taken.
    ///
    /// It is also at least ``snapshotLogBytesMinimum``. With the default of 50, the directory takes about three
    /// times the live data.
    public var snapshotLogPercentage: Int = 50

    /// No snapshot is taken before this many bytes of log.
    public var snapshotLogBytesMinimum: Int = 16 << 20

    /// The operations that may be under way at once; one more is refused as `overloaded`.
    public var openRequestsMaximum: Int = 16_384

    /// Whether the members of the stores are far from each other: all times are five times longer then.
    ///
    /// The same for all members.
    public var spansRegions = false

    /// Where the library reports what an operator should know.
    ///
    /// At level warning when a store is impaired, error when one has stopped for good, otherwise info or below.
    public var logger: Logger = Logger(label: "khepri")

    /// Called while a directory is opened, on a thread of the library; must be short.
    public var recoveryProgress: (@Sendable (RecoveryProgress) -> Void)?

    /// The defaults.
    public init() {}

    /// For devices with little storage: segments of 1 MiB, early compaction.
    public static var small: StoreConfiguration {
        var configuration = StoreConfiguration()
        configuration.segmentBytesMaximum = 1 << 20
        configuration.snapshotLogBytesMinimum = 1 << 20
        return configuration
    }
}

/// How far the opening of a host has come.
public struct RecoveryProgress: Sendable, Hashable {
    /// The store being recovered; empty while the log of all stores is read.
    public var store: String
    /// What is being done.
    public var phase: Phase
    /// How much of the phase is done.
    public var completed: UInt64
    /// How much there is, in the unit of `completed`.
    public var total: UInt64

    /// The phases of an opening.
    public enum Phase: String, Sendable, Hashable {
        /// Reading and checking the log, in bytes.
        case reading
        /// Applying the log after the snapshot, in entries.
        case applying
    }
}
