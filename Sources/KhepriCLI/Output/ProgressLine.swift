import Khepri
import Synchronization

/// A line on the terminal that says how far a long task has come; silent elsewhere.
final class ProgressLine: Sendable {
    private let state: Mutex<State>

    private struct State {
        let start = ContinuousClock.now
        var last = ContinuousClock.now
        var isShown = false
    }

    init() {
        state = Mutex(State())
    }

    /// Shows the text, at most five times a second and not in the first second.
    func show(_ text: @autoclosure () -> String) {
        guard StandardStreams.errorIsTerminal else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            guard now - state.start > .seconds(1), now - state.last > .milliseconds(200) else {
                return
            }
            state.last = now
            state.isShown = true
            _ = StandardStreams.write(Array("\r\u{1B}[K\(text())".utf8), to: 2)
        }
    }

    /// Removes the line.
    func end() {
        state.withLock { state in
            guard state.isShown else { return }
            state.isShown = false
            _ = StandardStreams.write(Array("\r\u{1B}[K".utf8), to: 2)
        }
    }

    /// Shows how far the opening of a store has come.
    static func recovery() -> @Sendable (RecoveryProgress) -> Void {
        let line = ProgressLine()
        return { progress in
            if progress.completed >= progress.total {
                line.end()
            } else {
                let share = 100 * progress.completed / max(1, progress.total)
                line.show("recovering \(progress.store): \(progress.phase.rawValue) \(share) %")
            }
        }
    }
}
