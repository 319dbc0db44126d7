/// A Raft term (Raft §5.1).
public struct Term: Hashable, Comparable, Sendable {
    public let rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
    public static func < (lhs: Term, rhs: Term) -> Bool { lhs.rawValue < rhs.rawValue }
    public static let zero = Term(0)
}

/// The position of an entry in a group's log; the first entry has index 1.
public struct LogIndex: Hashable, Comparable, Sendable {
    public let rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
    public static func < (lhs: LogIndex, rhs: LogIndex) -> Bool { lhs.rawValue < rhs.rawValue }
    public static let zero = LogIndex(0)
}

/// Index and term of an entry, ordered by term first (Raft §5.4.1).
public struct LogPosition: Hashable, Comparable, Sendable {
    public let index: LogIndex
    public let term: Term
    public init(index: LogIndex, term: Term) {
        self.index = index
        self.term = term
    }
    public static func < (lhs: LogPosition, rhs: LogPosition) -> Bool {
        (lhs.term, lhs.index) < (rhs.term, rhs.index)
    }
    public static let zero = LogPosition(index: .zero, term: .zero)
}

/// 128 random bits that name a cluster, group, host or incarnation for ever.
public struct Identifier128: Hashable, Sendable {
    public let high: UInt64
    public let low: UInt64
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// A group: one replicated log with its state machine.
public typealias GroupID = Identifier128

/// A member of a group: its number and the incarnation of its data directory.
public struct MemberID: Hashable, Sendable {
    public let node: UInt64
    public let incarnation: Identifier128
    public init(node: UInt64, incarnation: Identifier128) {
        self.node = node
        self.incarnation = incarnation
    }
}

/// What an entry holds.
public enum EntryKind: UInt8, Hashable, Sendable {
    /// Opaque to Raft; applied by the state machine.
    case command = 1
    /// The empty entry of a new leader (Raft §8).
    case noOperation = 2
    /// A configuration, effective on append (thesis §4.1).
    case configuration = 3
}
