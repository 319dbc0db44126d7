/// The number of one durable write of a group, ascending from 1 without gaps while a process runs.
///
/// A completion names writes, never log indexes: it cannot speak for entries that it did not write
/// (etcd's append ABA race, Ra 324d9bc5).
public struct WriteSequence: Hashable, Comparable, Sendable {
    /// The number; zero means "no write".
    public let rawValue: UInt64

    /// Wraps a number.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first write.
    public static let zero = WriteSequence(0)

    /// The number of the next write.
    public var successor: WriteSequence { WriteSequence(rawValue + 1) }

    /// Whether the left write comes first.
    public static func < (lhs: WriteSequence, rhs: WriteSequence) -> Bool {
        lhs.rawValue < rhs.rawValue
    }
}
