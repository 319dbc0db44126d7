#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The processor time of the running thread: what work costs, however busy the machine is.
///
/// It is here for the reason that ``FileKind`` is.
package enum ThreadTime {
    /// In nanoseconds, since the thread began.
    package static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
