package import RaftCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The clocks of the operating system.
package struct SystemClock: MonotonicClock, WallClock {
    package init() {}

    package func now() -> Instant {
        #if canImport(Darwin)
        // Counts sleep, as `mach_continuous_time` does.
        Instant(nanoseconds: clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW))
        #else
        Instant(nanoseconds: read(CLOCK_BOOTTIME))
        #endif
    }

    package func milliseconds() -> UInt64 {
        read(CLOCK_REALTIME) / 1_000_000
    }

    private func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        let code = clock_gettime(clock, &time)
        precondition(code == 0, "the clock cannot be read")
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// The random numbers of the operating system.
package struct SystemEntropy: EntropySource {
    package init() {}

    package func next() -> UInt64 { .random(in: 0 ... .max) }
}
