/// The caller's name for a proposal, unique among those of one member that are unanswered.
public struct ProposalToken: Hashable, Sendable {
    /// The number.
    public let rawValue: UInt64

    /// Wraps a number.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// The caller's name for a linearizable read; a retry is a new read and gets a new number.
public struct ReadID: Hashable, Sendable {
    /// The number.
    public let rawValue: UInt64

    /// Wraps a number.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// The number of a leader's round of confirmation, ascending within its term (etcd #20418).
public struct ReadRound: Hashable, Comparable, Sendable {
    /// The number; zero means "no round yet".
    public let rawValue: UInt64

    /// Wraps a number.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first round.
    public static let zero = ReadRound(0)

    /// The round after this one.
    public var successor: ReadRound { ReadRound(rawValue + 1) }

    /// Whether the left round comes first.
    public static func < (lhs: ReadRound, rhs: ReadRound) -> Bool { lhs.rawValue < rhs.rawValue }
}
