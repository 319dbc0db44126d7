/// What one member tells another.
///
/// The bytes of entries and of snapshots are no part of it: the driver attaches them where the message
/// names indexes or an offset.
public struct RaftMessage: Hashable, Sendable {
    /// The sender's term, never a future one: even a member that asks whether it should start an
    /// election speaks in the term it is in.
    public let term: Term
    /// What is said.
    public let content: Content

    /// Joins a term and what is said in it.
    public init(term: Term, content: Content) {
        self.term = term
        self.content = content
    }

    /// The kinds of messages.
    public enum Content: Hashable, Sendable {
        /// Would you vote for me in the term after mine? (thesis §9.6)
        case preVoteRequest(VoteRequest)
        /// The answer, for the candidate that asked in the given term.
        case preVoteReply(PreVoteReply)
        /// Vote for me in this term (Raft §5.2).
        case voteRequest(VoteRequest)
        /// Whether the vote is given; a given one is durable.
        case voteReply(isGranted: Bool)
        /// Entries and the standing of the leader; without entries it is a heartbeat (Raft §5.3).
        case append(AppendRequest)
        /// How far the follower's log agrees.
        case appendReply(AppendReply)
        /// A piece of a snapshot (Raft §7).
        case snapshot(SnapshotChunk)
        /// How much of a snapshot the follower has.
        case snapshotReply(SnapshotReply)
        /// Start an election at once: the leader hands over (thesis §3.10).
        case timeoutNow
        /// A follower asks for an index to read at.
        case readRequest(ForwardedRead)
        /// The index to read at, or nil if the receiver cannot tell.
        case readReply(ForwardedRead, at: LogIndex?)
        /// The sender of an earlier message acts in a term that is over; this one's is newer.
        case outdated
    }
}

/// A candidate's claim.
public struct VoteRequest: Hashable, Sendable {
    /// The end of the candidate's log; in a vote request everything up to there is durable.
    public let last: LogPosition
    /// Whether the leader itself asked for the election, so that its followers need not be loyal.
    public let isTransfer: Bool

    /// Joins the parts.
    public init(last: LogPosition, isTransfer: Bool = false) {
        self.last = last
        self.isTransfer = isTransfer
    }
}

/// The answer to a pre-vote request.
public struct PreVoteReply: Hashable, Sendable {
    /// The term in which the question was asked.
    public let term: Term
    /// Whether the receiver would vote for the one that asked.
    public let isGranted: Bool

    /// Joins the parts.
    public init(term: Term, isGranted: Bool) {
        self.term = term
        self.isGranted = isGranted
    }
}

/// A number that the asking member chose for a read; it never uses one twice, not even after a
/// restart, so an old answer cannot serve a new read.
public struct ForwardedRead: Hashable, Sendable {
    /// The number.
    public let rawValue: UInt64

    /// Wraps a number.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}
