/// The log index of the entry that made a change; all changes of one command share one.
public struct Revision: Hashable, Comparable, Sendable {
    /// The number.
    public let rawValue: UInt64

    /// Wraps a number.
    public init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Whether the left one is earlier.
    public static func < (lhs: Revision, rhs: Revision) -> Bool {
        lhs.rawValue < rhs.rawValue
    }

    /// Before the first command.
    public static let zero = Revision(0)
}
