import KhepriTree
import RaftRuntime

/// What the tasks of a session tell it: everything that happens outside arrives here, in one order.
final class TriggerMail: Sendable {
    enum Letter: Sendable {
        /// Changes were read, all there are of their revisions.
        case changes([TreeChange])
        /// The reading ended, with an error if not because the store is closed.
        case readingEnded((any Error)?)
        /// A handler has returned, or failed for a reason.
        case ended(attempt: Int, failure: TriggerFailure?)
        /// What the turn begins with is in the log; so many turns in a row began with it.
        case opened(turns: Int)
        case openingFailed(any Error)
        /// An acknowledgement is in the log, but for triggers that are not registered any more.
        case acknowledged(missing: [String])
        case acknowledgementFailed(any Error)
        /// A time has come.
        case time
        /// Which triggers this process has is another matter now.
        case registered
    }

    private struct State {
        var letters: [Letter] = []
        var waiting: UnsafeContinuation<Void, Never>?
    }

    private let state = Lock(State())

    func post(_ letter: Letter) {
        state.withLock { state in
            state.letters.append(letter)
            defer { state.waiting = nil }
            return state.waiting
        }?.resume()
    }

    /// Waits for letters; none when the task is cancelled.
    func take() async -> [Letter] {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                let isReady = state.withLock { state in
                    if Task.isCancelled || !state.letters.isEmpty { return true }
                    precondition(state.waiting == nil, "a session has one reader of its letters")
                    state.waiting = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { state in
                defer { state.waiting = nil }
                return state.waiting
            }?.resume()
        }
        return state.withLock { state in
            defer { state.letters = [] }
            return Task.isCancelled ? [] : state.letters
        }
    }
}
