/// Times and limits of a server.
public struct RaftOptions: Hashable, Sendable {
    /// How long a voter waits for a leader before it starts an election (Raft §5.2).
    ///
    /// Drawn anew each time, evenly from this range. A sole voter does not wait.
    public var electionTimeout: ClosedRange<Duration>
    /// Proposals are refused while this many bytes are uncommitted.
    public var uncommittedBytesMaximum: Int

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
}
