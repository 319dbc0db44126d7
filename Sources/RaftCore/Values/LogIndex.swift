/// The position of an entry in a group's log; the first entry has index 1.
public struct LogIndex: Hashable, Comparable, Sendable {
    /// The number; zero means "before the first entry".
    public let rawValue: UInt64

    /// Wraps a number.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The place before the first entry.
    public static let zero = LogIndex(0)

    /// The index after this one.
    public var successor: LogIndex { LogIndex(rawValue + 1) }

    /// The index before this one.
    ///
    /// - Precondition: The index is not zero.
    public var predecessor: LogIndex { LogIndex(rawValue - 1) }

    /// The index a number of entries further on.
    public func advanced(by count: Int) -> LogIndex { LogIndex(rawValue + UInt64(count)) }

    /// How many entries lie between an earlier index (exclusive) and this one (inclusive).
    ///
    /// - Precondition: `other` is not above this index.
    public func distance(from other: LogIndex) -> Int { Int(rawValue - other.rawValue) }

    /// Whether the left index comes first.
    public static func < (lhs: LogIndex, rhs: LogIndex) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension LogIndex: CustomStringConvertible {
    /// The number in decimal digits.
    public var description: String { String(rawValue) }
}
