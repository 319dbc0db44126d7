/// A point on the caller's monotonic clock; the core never reads a clock itself.
public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since an arbitrary start, the same for all instants of one process.
    public let nanoseconds: UInt64

    /// Wraps a count of nanoseconds.
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// The start of the clock.
    public static let zero = Instant(nanoseconds: 0)

    /// The instant a number of nanoseconds later; the end of the clock if that is beyond it.
    public func advanced(byNanoseconds count: UInt64) -> Instant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(count)
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    /// The instant a duration later; this instant if the duration is negative.
    public func advanced(by duration: Duration) -> Instant {
        advanced(byNanoseconds: duration.nanoseconds)
    }

    /// Nanoseconds from an earlier instant to this one; zero if the other is later.
    public func nanoseconds(since earlier: Instant) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    /// Whether the left instant comes first.
    public static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
}

extension Duration {
    /// The duration in whole nanoseconds, 0 if it is negative, at most about 584 years.
    public var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return .max }
        let (sum, carried) = product.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return carried ? .max : sum
    }
}
