import Foundation
import SimulationKit
import Synchronization

/// What clients called and were answered.
final class CallHistory: Sendable {
    /// How many calls the clients make to the same few registers before they go on to others: few
    /// enough that a checker can try every order of them.
    private static let callsPerWindow = 400
    private static let registersPerWindow = 4

    private struct State {
        var calls: [RegisterCall] = []
        var started = 0
        var reasons: [String: Int] = [:]
        var faults: [String] = []
    }

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    /// Nanoseconds since the history began.
    var now: UInt64 {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
    }

    /// Begins a call: the number of the call, which is a value that nobody else writes, and a register.
    func begin(_ choice: Int) -> (number: Int, register: Int) {
        state.withLock { state in
            state.started += 1
            let window = state.started / Self.callsPerWindow
            return (
                state.started,
                window * Self.registersPerWindow + choice % Self.registersPerWindow
            )
        }
    }

    func add(_ call: RegisterCall) { state.withLock { $0.calls.append(call) } }

    /// Counts why calls were not answered.
    func note(_ reason: String) { state.withLock { $0.reasons[reason, default: 0] += 1 } }

    /// Notes an answer that no fault excuses.
    func noteFault(_ text: String) { state.withLock { $0.faults.append(text) } }

    var calls: [RegisterCall] { state.withLock { $0.calls } }
    var faults: [String] { state.withLock { $0.faults } }

    /// The calls that were answered.
    var answered: Int { calls.count { $0.outcome != .unknown } }

    /// The calls that had no effect, or of which nobody knows.
    var unanswered: Int { state.withLock { $0.reasons.values.reduce(0, +) } }

    /// The registers of the last calls.
    var lastRegisters: Range<Int> {
        let window = state.withLock { $0.started } / Self.callsPerWindow
        return window * Self.registersPerWindow..<(window + 1) * Self.registersPerWindow
    }

    /// Figures for people.
    var summary: String {
        let reasons = state.withLock { $0.reasons }.sorted { $0.key < $1.key }
        return (["answered \(answered)"] + reasons.map { "\($0.key) \($0.value)" })
            .joined(separator: ", ")
    }

    /// One line a call.
    var lines: String { calls.map { "\($0)\n" }.joined() }
}
