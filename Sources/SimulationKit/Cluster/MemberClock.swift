package import RaftCore
import RaftRuntime

/// The clock of one machine: it runs too fast or too slow, and its date is wrong.
package final class MemberClock: MonotonicClock, WallClock {
    private let world: SimulatedClock
    /// Its seconds in a thousand of the world's.
    private let rate: UInt64
    private let shift = Lock<Int>(0)

    package init(_ world: SimulatedClock, ratePerThousand rate: Int) {
        precondition(rate > 0, "a clock runs forwards")
        self.world = world
        self.rate = UInt64(rate)
    }

    package func now() -> Instant {
        Instant(nanoseconds: world.now().nanoseconds / 1_000 * rate)
    }

    package func milliseconds() -> UInt64 {
        UInt64(max(0, Int(world.milliseconds()) + shift.withLock { $0 }))
    }

    /// Changes the date.
    package func jump(milliseconds: Int) { shift.withLock { $0 += milliseconds } }

    /// The first time of the world at which this clock has reached an instant.
    package func worldTime(of instant: Instant) -> Instant {
        Instant(nanoseconds: (instant.nanoseconds / rate + 1) * 1_000)
    }
}
