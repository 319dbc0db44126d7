/// 128 random bits that name a cluster, group, host or incarnation for ever.
public struct Identifier128: Hashable, Comparable, Sendable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// Joins two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Whether the left identifier is the smaller number; the order means nothing else.
    public static func < (lhs: Identifier128, rhs: Identifier128) -> Bool {
        (lhs.high, lhs.low) < (rhs.high, rhs.low)
    }
}

/// A group: one replicated log with its state machine.
public typealias GroupID = Identifier128
