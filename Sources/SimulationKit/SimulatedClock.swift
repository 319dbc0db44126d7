import RaftRuntime
package import RaftCore

/// A clock that stands until it is moved.
package final class SimulatedClock: MonotonicClock, WallClock {
    private let nanoseconds = Lock<UInt64>(1_000_000_000)

    package init() {}

    package func now() -> Instant {
        Instant(nanoseconds: nanoseconds.withLock { $0 })
    }

    /// Starts at the beginning of 2026.
    package func milliseconds() -> UInt64 {
        1_767_225_600_000 + nanoseconds.withLock { $0 } / 1_000_000
    }

    /// Moves to an instant; never back.
    package func advance(to instant: Instant) {
        nanoseconds.withLock { $0 = max($0, instant.nanoseconds) }
    }

    /// Moves on.
    package func advance(nanoseconds more: UInt64) {
        nanoseconds.withLock { $0 += more }
    }
}
