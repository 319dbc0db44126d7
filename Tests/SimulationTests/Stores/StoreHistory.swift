import Khepri
import RaftRuntime

/// What was asked of a store, in order, and what it answered.
///
/// Commands go into the log in the order in which they were begun: all run in one thread, and each
/// is queued before its caller waits.
final class StoreHistory: Sendable {
    enum Answer: Sendable {
        case done(revision: UInt64?)
        case failed(StoreError)
    }

    struct Entry: Sendable {
        let call: StoreCall
        var answer: Answer?
        /// How many answers had been given before; none for a call without an answer.
        var answerNumber: Int?

        /// The code of the error that was answered.
        var code: StoreError.Code? {
            if case .failed(let error) = answer { error.code } else { nil }
        }
    }

    /// A moment of the history.
    struct Moment: Sendable {
        var begun = 0
        var answered = 0
    }

    private struct State {
        var entries: [Entry] = []
        var answered = 0
    }

    private let state = Lock(State())

    var entries: [Entry] { state.withLock { $0.entries } }

    var moment: Moment {
        state.withLock { Moment(begun: $0.entries.count, answered: $0.answered) }
    }

    /// Carries out a call and notes what becomes of it; returns the error, if there is one.
    @discardableResult
    func perform(_ call: StoreCall, on store: TreeStore) async throws -> StoreError? {
        let number = state.withLock { state in
            state.entries.append(Entry(call: call))
            return state.entries.count - 1
        }
        do {
            let revision = try await call.perform(on: store)
            note(.done(revision: revision), for: number)
            return nil
        } catch let error as StoreError {
            note(.failed(error), for: number)
            return error
        }
    }

    private func note(_ answer: Answer, for number: Int) {
        state.withLock { state in
            state.entries[number].answer = answer
            state.entries[number].answerNumber = state.answered
            state.answered += 1
        }
    }
}
