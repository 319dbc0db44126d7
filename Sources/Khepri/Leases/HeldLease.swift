import KhepriTree
import RaftCore
import RaftRuntime

/// What the holder of a lease knows of it.
///
/// The time counts from before its word was sent, by the holder's clock, and is shorter than the
/// leader's by what clocks may differ in: the holder stops before the leader can begin to end the lease.
final class HeldLease: Sendable {
    /// The part of the time to live that the holder believes in.
    static let believedPart = 0.9

    let id: SessionID
    private let timeToLive: Duration
    private let state: Lock<State>

    private struct State {
        /// When the holder must stop, unless it is answered before; nil at the end.
        var end: Instant?
        /// When the leader is told again; nil while an answer is waited for.
        var nextWord: Instant?
        var waiting: [UInt64: UnsafeContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
    }

    init(_ id: SessionID, timeToLive: Duration, sentAt: Instant) {
        self.id = id
        self.timeToLive = timeToLive
        state = Lock(
            State(end: sentAt.advanced(by: timeToLive * Self.believedPart)))
        note(answerTo: sentAt)
    }

    /// How long an answer is waited for before the next word is sent.
    var patience: Duration { timeToLive / 4 }

    /// Whether the holder may rely on it; never again once it is not so.
    func isAlive(at now: Instant) -> Bool {
        let isAlive = state.withLock { $0.end.map { now < $0 } ?? false }
        if !isAlive { finish() }
        return isAlive
    }

    /// When there is something to do; nil at the end.
    var nextDeadline: Instant? {
        state.withLock { state in
            state.end.map { min($0, state.nextWord ?? $0) }
        }
    }

    /// What its holder is to do next.
    enum Step {
        case wait
        /// Tell the leader that the holder is there.
        case speak
        /// Stop believing in it.
        case stop
    }

    /// What is to do now.
    func takeStep(at now: Instant) -> Step {
        state.withLock { state in
            guard let end = state.end, now < end else { return .stop }
            guard let next = state.nextWord, next <= now else { return .wait }
            state.nextWord = nil
            return .speak
        }
    }

    /// Takes in that the leader has heard what was sent at an instant.
    func note(answerTo sentAt: Instant) {
        state.withLock { state in
            guard let end = state.end else { return }
            state.end = max(end, sentAt.advanced(by: timeToLive * Self.believedPart))
            state.nextWord = sentAt.advanced(by: timeToLive / 3)
        }
    }

    /// Takes in that nobody answered what was sent at an instant.
    func noteSilence(after sentAt: Instant) {
        state.withLock { $0.nextWord = sentAt.advanced(by: patience) }
    }

    /// Ends it for the holder.
    func finish() {
        let waiting = state.withLock { state in
            state.end = nil
            defer { state.waiting = [:] }
            return state.waiting.sorted { $0.key < $1.key }.map(\.value)
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits for the end, or until the task is cancelled.
    func waitForEnd() async {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.end != nil, !Task.isCancelled else { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }
}
