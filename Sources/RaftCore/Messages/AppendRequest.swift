/// Entries for a follower, described without their bytes (Raft figure 2).
public struct AppendRequest: Hashable, Sendable {
    /// Neighbouring entries of one term.
    public struct Run: Hashable, Sendable {
        /// Their term.
        public let term: Term
        /// How many there are; at least one.
        public let count: Int

        /// Joins the parts.
        public init(term: Term, count: Int) {
            self.term = term
            self.count = count
        }
    }

    /// A configuration among the entries.
    public struct ConfigurationEntry: Hashable, Sendable {
        /// Where it is.
        public let index: LogIndex
        /// What it says.
        public let configuration: Configuration

        /// Joins the parts.
        public init(index: LogIndex, configuration: Configuration) {
            self.index = index
            self.configuration = configuration
        }
    }

    /// The entry before the first one sent.
    public let previous: LogPosition
    /// The terms of the entries, in log order.
    public let runs: [Run]
    /// Which of the entries are configurations, in log order.
    public let configurations: [ConfigurationEntry]
    /// About how many bytes the entries have.
    public let byteCount: Int
    /// The leader's commit index, which may lie beyond the entries sent.
    public let commit: LogIndex
    /// The leader's last round; the answer echoes it.
    public let round: ReadRound

    /// Joins the parts.
    public init(
        previous: LogPosition, runs: [Run] = [], configurations: [ConfigurationEntry] = [],
        byteCount: Int = 0, commit: LogIndex, round: ReadRound
    ) {
        self.previous = previous
        self.runs = runs
        self.configurations = configurations
        self.byteCount = byteCount
        self.commit = commit
        self.round = round
    }

    /// The last entry sent, or the previous one if there is none.
    ///
    /// - Precondition: The message is plausible.
    public var lastIndex: LogIndex {
        runs.reduce(previous.index) { $0.advanced(by: $1.count) }
    }

    /// Which entries the driver attaches; nil for a heartbeat.
    public var indexes: ClosedRange<LogIndex>? {
        runs.isEmpty ? nil : previous.index.successor...lastIndex
    }
}

/// A follower's answer to entries, a heartbeat or the end of a snapshot.
public struct AppendReply: Hashable, Sendable {
    /// What the follower made of it.
    public enum Outcome: Hashable, Sendable {
        /// The log agrees with the leader's up to `validated`, and is durable up to `durable`, which
        /// is never above it.
        case accepted(durable: LogIndex, validated: LogIndex)
        /// There is no such previous entry; the last one that the leader may share is the hint.
        case rejected(previous: LogIndex, hint: LogPosition)
    }

    /// The last round the follower has heard of from this leader.
    public let round: ReadRound
    /// The result.
    public let outcome: Outcome

    /// Joins the parts.
    public init(round: ReadRound, outcome: Outcome) {
        self.round = round
        self.outcome = outcome
    }
}
