package import RaftCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// An object that works when it is told to and has no thread, clock or timer of its own.
package protocol Drained: AnyObject, Sendable {
    /// Does what there is to do now.
    func drain(now: Instant) -> DrainOutcome

    /// Blocks the calling thread until there may be something to do.
    ///
    /// - Parameter nanoseconds: How long at most; nil is for ever.
    func waitForWork(nanoseconds: UInt64?)
}

/// What a drained object says after its work.
package struct DrainOutcome: Sendable, Hashable {
    /// Whether there was anything to do.
    package var didWork: Bool
    /// When there will be more to do if nothing else happens.
    package var nextDeadline: Instant?
    /// Whether there will never be anything to do again.
    package var isStopped: Bool

    package init(didWork: Bool, nextDeadline: Instant? = nil, isStopped: Bool = false) {
        self.didWork = didWork
        self.nextDeadline = nextDeadline
        self.isStopped = isStopped
    }
}

/// A thread that drains one object until it stops.
package final class DrainThread: Sendable {
    private let handle: Lock<pthread_t?>

    /// Starts the thread.
    ///
    /// - Parameter onExit: Called last, on the thread.
    package init(
        _ object: any Drained, clock: any MonotonicClock,
        onExit: @escaping @Sendable () -> Void = {}
    ) {
        let body = ThreadBody {
            while true {
                let outcome = object.drain(now: clock.now())
                if outcome.isStopped { break }
                let now = clock.now()
                object.waitForWork(
                    nanoseconds: outcome.nextDeadline.map { $0.nanoseconds(since: now) })
            }
            onExit()
        }
        handle = Lock(body.start())
    }

    /// Blocks until the thread has ended; harmless the second time.
    package func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let thread { pthread_join(thread, nil) }
    }

    /// Lets the thread end without being joined; harmless the second time.
    package func detach() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let thread { pthread_detach(thread) }
    }
}

/// Carries a closure into a new thread.
private final class ThreadBody: Sendable {
    private let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }

    func start() -> pthread_t {
        let context = Unmanaged.passRetained(self).toOpaque()
        #if canImport(Glibc)
        var thread = pthread_t()
        #else
        var thread: pthread_t?
        #endif
        let code = pthread_create(&thread, nil, { ThreadBody.enter($0) }, context)
        precondition(code == 0, "a thread cannot be started: error \(code)")
        #if !canImport(Glibc)
        guard let thread else { preconditionFailure("a thread has no handle") }
        #endif
        return thread
    }

    private static func enter(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
}
