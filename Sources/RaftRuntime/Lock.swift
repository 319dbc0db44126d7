#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A value that one thread at a time may touch.
///
/// A POSIX mutex everywhere: the thread sanitizer understands it, and finds false races with
/// `Synchronization.Mutex`. About 20 ns when nobody else holds it.
package final class Lock<State>: @unchecked Sendable {
    // Sendable because `state` is reached through `withLock` only, and is given away by who made it.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    @usableFromInline var state: State

    /// Guards a value that nobody else uses.
    package init(_ state: sending State) {
        self.state = state
        mutex = makeMutex()
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs a short piece of code alone; it must not block or take the same lock.
    @inlinable
    package func withLock<Result>(
        _ body: (inout State) throws -> sending Result
    ) rethrows -> sending Result {
        acquire()
        defer { release() }
        return try body(&state)
    }

    @usableFromInline
    func acquire() {
        let code = pthread_mutex_lock(mutex)
        precondition(code == 0, "a mutex failed with \(code)")
    }

    @usableFromInline
    func release() {
        let code = pthread_mutex_unlock(mutex)
        precondition(code == 0, "a mutex failed with \(code)")
    }
}

/// A lock around a value with one thread that sleeps until the value is of interest to it.
package final class Monitor<State>: @unchecked Sendable {
    // Sendable because the variables are only touched while the mutex is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    @usableFromInline var state: State
    private var isWaiting = false
    /// Whether the sleeping thread is woken when the mutex is free: before, it would only wait for that.
    private var isToBeWoken = false

    /// Guards a value that nobody else uses.
    package init(_ state: sending State) {
        self.state = state
        mutex = makeMutex()
        condition = makeCondition()
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs a short piece of code alone; it must not block or use the same monitor, except ``wake()``.
    @inlinable
    package func withLock<Result>(
        _ body: (inout State) throws -> sending Result
    ) rethrows -> sending Result {
        acquire()
        defer { release() }
        return try body(&state)
    }

    /// Wakes the sleeping thread, if there is one; called inside ``withLock(_:)`` only.
    ///
    /// Costs a system call the first time and nothing until the thread sleeps again.
    package func wake() {
        guard isWaiting else { return }
        isWaiting = false
        isToBeWoken = true
    }

    /// Sleeps until the value is of interest or the time is over; only one thread may do so.
    ///
    /// - Parameter nanoseconds: How long at most; nil is for ever.
    package func wait(nanoseconds: UInt64?, until isOfInterest: (borrowing State) -> Bool) {
        acquire()
        defer { release() }
        let deadline = nanoseconds.map(ConditionDeadline.init)
        while !isOfInterest(state) {
            isWaiting = true
            let isInTime = deadline?.wait(condition, mutex) ?? waitForever()
            isWaiting = false
            guard isInTime else { return }
        }
    }

    private func waitForever() -> Bool {
        let code = pthread_cond_wait(condition, mutex)
        precondition(code == 0, "a condition variable failed with \(code)")
        return true
    }

    @usableFromInline
    func acquire() {
        let code = pthread_mutex_lock(mutex)
        precondition(code == 0, "a mutex failed with \(code)")
    }

    @usableFromInline
    func release() {
        let wakes = isToBeWoken
        isToBeWoken = false
        let code = pthread_mutex_unlock(mutex)
        precondition(code == 0, "a mutex failed with \(code)")
        if wakes { pthread_cond_signal(condition) }
    }
}

/// The end of a wait on the monotonic clock, which no change of the date moves.
private struct ConditionDeadline {
    private var end = timespec()

    init(nanoseconds: UInt64) {
        clock_gettime(CLOCK_MONOTONIC, &end)
        // A century is as good as for ever, and cannot overflow.
        let wait = min(nanoseconds, 100 * 365 * 86_400 * 1_000_000_000)
        let sum = UInt64(end.tv_nsec) + wait
        end.tv_sec += Int(sum / 1_000_000_000)
        end.tv_nsec = Int(sum % 1_000_000_000)
    }

    /// Waits for a signal; false when the time is over.
    func wait(
        _ condition: UnsafeMutablePointer<pthread_cond_t>,
        _ mutex: UnsafeMutablePointer<pthread_mutex_t>
    ) -> Bool {
        #if canImport(Darwin)
        var start = timespec()
        clock_gettime(CLOCK_MONOTONIC, &start)
        let left =
            (end.tv_sec - start.tv_sec) * 1_000_000_000 + (end.tv_nsec - start.tv_nsec)
        guard left > 0 else { return false }
        var span = timespec(tv_sec: left / 1_000_000_000, tv_nsec: left % 1_000_000_000)
        let code = pthread_cond_timedwait_relative_np(condition, mutex, &span)
        #else
        var end = end
        let code = pthread_cond_timedwait(condition, mutex, &end)
        #endif
        precondition(code == 0 || code == ETIMEDOUT, "a condition variable failed with \(code)")
        return code == 0
    }
}

private func makeMutex() -> UnsafeMutablePointer<pthread_mutex_t> {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    let code = pthread_mutex_init(mutex, nil)
    precondition(code == 0, "a mutex cannot be made: \(code)")
    return mutex
}

private func makeCondition() -> UnsafeMutablePointer<pthread_cond_t> {
    let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    #if canImport(Darwin)
    let code = pthread_cond_init(condition, nil)
    #else
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    let code = pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
    #endif
    precondition(code == 0, "a condition variable cannot be made: \(code)")
    return condition
}
