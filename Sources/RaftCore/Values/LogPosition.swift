/// Index and term of an entry, ordered by term first (Raft §5.4.1).
///
/// The one type that compares logs: comparing index and term separately is a known bug
/// (async-raft a48a3282).
public struct LogPosition: Hashable, Comparable, Sendable {
    /// Where the entry is.
    public let index: LogIndex
    /// The term of the leader that created the entry.
    public let term: Term

    /// Joins an index and a term.
    public init(index: LogIndex, term: Term) {
        self.index = index
        self.term = term
    }

    /// The position before the first entry.
    public static let zero = LogPosition(index: .zero, term: .zero)

    /// Whether the left position is of an older term, or of the same term and earlier.
    public static func < (lhs: LogPosition, rhs: LogPosition) -> Bool {
        (lhs.term, lhs.index) < (rhs.term, rhs.index)
    }
}
