/// Times and limits of a server; the same for all members of a group.
public struct RaftOptions: Hashable, Sendable {
    /// How long a voter waits for a leader before it starts an election (Raft §5.2).
    ///
    /// Drawn anew each time, evenly from this range. A sole voter does not wait. Within the lower bound
    /// after hearing a leader no member votes for another (thesis §4.2.3).
    public var electionTimeout: ClosedRange<Duration>
    /// How often a leader shows that it is alive; well below the election timeout.
    public var heartbeatInterval: Duration = .milliseconds(100)
    /// A leader steps down that no quorum has answered for this long (thesis §6.2).
    public var quorumTimeout: Duration = .milliseconds(800)
    /// A leader steps down whose disk has not finished a write for this long.
    public var stallTimeout: Duration = .seconds(4)
    /// Proposals are refused while this many bytes are uncommitted.
    public var uncommittedBytesMaximum: Int
    /// The most entries in one message.
    public var appendEntriesMaximum = 1024
    /// About the most bytes in one message; one large entry may exceed it.
    public var appendBytesMaximum = 1 << 20
    /// The most messages with entries that one member is sent ahead of its answers.
    public var inflightMessagesMaximum = 64
    /// About the most bytes that one member is sent ahead of its answers.
    public var inflightBytesMaximum = 16 << 20
    /// Whether a leader may answer ``RaftEvent/leaseRead(_:)`` by its lease.
    ///
    /// That is safe only if the clocks of all members run equally fast, within a tenth, and go on
    /// while a host is suspended.
    public var allowsLeaseReads = false

    #if KHEPRI_MUTANTS
    /// The bug that this server has.
    package var mutant: Mutant?
    #endif

    /// Makes options; the defaults suit members in one place.
    ///
    /// - Precondition: The timeouts and the limit are positive.
    public init(
        electionTimeout: ClosedRange<Duration> = .milliseconds(400) ... .milliseconds(800),
        uncommittedBytesMaximum: Int = 64 << 20
    ) {
        precondition(electionTimeout.lowerBound > .zero, "an election timeout must be positive")
        precondition(uncommittedBytesMaximum > 0, "the uncommitted limit must be positive")
        self.electionTimeout = electionTimeout
        self.uncommittedBytesMaximum = uncommittedBytesMaximum
    }

    /// Times five longer than the defaults, for members in several regions.
    public static var severalRegions: RaftOptions {
        var options = RaftOptions(electionTimeout: .seconds(2) ... .seconds(4))
        options.heartbeatInterval = .milliseconds(500)
        options.quorumTimeout = .seconds(4)
        options.stallTimeout = .seconds(20)
        return options
    }

    /// How long a leader may answer reads after a quorum was with it: what its followers promise,
    /// less a tenth for clocks that run apart.
    var leaseDuration: Duration { electionTimeout.lowerBound * 9 / 10 }

    /// How long a member other than the leader goes without one before it calls the quorum lost.
    var quorumLossTimeout: Duration { electionTimeout.upperBound * 2 }
}
