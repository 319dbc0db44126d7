import RaftCore
import RaftRuntime

/// Runs work that blocks on a thread of its own: the pool has none to spare.
func runBlocking<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let work = BlockingWork { continuation.resume(with: Result { try work() }) }
        DrainThread(work, clock: SystemClock()).detach()
    }
}

/// Stops after its first piece of work.
private final class BlockingWork: Drained {
    private let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }

    func drain(now: Instant) -> DrainOutcome {
        run()
        return DrainOutcome(didWork: true, isStopped: true)
    }

    func waitForWork(nanoseconds: UInt64?) {}
}
