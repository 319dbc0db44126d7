import RaftCore

/// When a request gives up, rounded up to the grain of the driver's watch.
///
/// The grain bounds how often the driver looks through the open requests, whatever callers ask for.
struct Deadline: Hashable, Comparable, Sendable {
    /// 8 ms in nanoseconds.
    static let grain: UInt64 = 8_000_000

    /// After every other.
    static let distantFuture = Deadline(instant: Instant(nanoseconds: .max))

    let instant: Instant

    private init(instant: Instant) {
        self.instant = instant
    }

    init(_ timeout: Duration, after now: Instant) {
        let end = now.advanced(by: timeout).nanoseconds
        let (rounded, overflow) = (end / Self.grain * Self.grain).addingReportingOverflow(
            Self.grain)
        instant = Instant(nanoseconds: overflow ? .max : rounded)
    }

    static func < (lhs: Deadline, rhs: Deadline) -> Bool { lhs.instant < rhs.instant }
}

/// Knows a time before which no open request expires.
///
/// Requests nearly always finish long before they expire, and most have the same timeout. So nothing is
/// kept for each: there is one lower bound, and all requests are looked through when it is reached.
struct DeadlineWatch: Sendable {
    /// How many requests are open.
    private(set) var openCount = 0
    private var lowerBound: Deadline?

    mutating func opened(_ deadline: Deadline) {
        openCount += 1
        if lowerBound.map({ deadline < $0 }) ?? true { lowerBound = deadline }
    }

    mutating func finished(_ count: Int) {
        openCount -= count
        precondition(openCount >= 0, "a request finished twice")
        if openCount == 0 { lowerBound = nil }
    }

    /// When to look again; nil while nothing is open.
    var nextDeadline: Instant? { lowerBound?.instant }

    /// Whether some request may have expired; if so, the survivors must be reported with
    /// ``surviving(_:)``.
    mutating func isDue(now: Instant) -> Bool {
        guard let bound = lowerBound, bound.instant <= now else { return false }
        lowerBound = nil
        return true
    }

    /// Takes a request that has not expired into account again.
    mutating func surviving(_ deadline: Deadline) {
        if lowerBound.map({ deadline < $0 }) ?? true { lowerBound = deadline }
    }
}
