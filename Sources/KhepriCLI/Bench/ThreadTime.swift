import Foundation

#if canImport(CDispatch)
// Next to NIO, the compiler takes the types of the system headers for those of this module.
import CDispatch
#endif

/// The processor time of the running thread: what work costs, however busy the machine is.
enum ThreadTime {
    /// In nanoseconds, since the thread began.
    static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
