import RaftCore

/// A part that somebody drains who is not a thread, and who stops when it says so.
final class AttendedPart: Drained {
    private let part: any Drained
    private let onStop: @Sendable () -> Void

    /// - Parameter onStop: Called once, after the drain that stops the part.
    init(_ part: any Drained, onStop: @escaping @Sendable () -> Void) {
        self.part = part
        self.onStop = onStop
    }

    func drain(now: Instant) -> DrainOutcome {
        let outcome = part.drain(now: now)
        if outcome.isStopped { onStop() }
        return outcome
    }

    func waitForWork(nanoseconds: UInt64?) {
        part.waitForWork(nanoseconds: nanoseconds)
    }
}
