/// A Raft term: the number of an election, and of the leader that won it (Raft §5.1).
public struct Term: Hashable, Comparable, Sendable {
    /// The number; zero before the first election.
    public let rawValue: UInt64

    /// Wraps a number.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The term before the first election.
    public static let zero = Term(0)

    /// The term after this one.
    ///
    /// - Precondition: The term is not the last of 2^64; at one election a microsecond that takes
    ///   500,000 years.
    public var successor: Term { Term(rawValue + 1) }

    /// Whether the left term is the older one.
    public static func < (lhs: Term, rhs: Term) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension Term: CustomStringConvertible {
    /// The number in decimal digits.
    public var description: String { String(rawValue) }
}
