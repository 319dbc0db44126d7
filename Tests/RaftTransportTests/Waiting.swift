import Logging
import RaftRuntime

/// Things that happen, and tests that wait for enough of them without sleeping.
final class Events<Event: Sendable>: Sendable {
    private struct Waiter {
        let isEnough: @Sendable ([Event]) -> Bool
        let continuation: CheckedContinuation<[Event], Never>
    }

    private struct State {
        var events: [Event] = []
        var waiters: [Waiter] = []
    }

    private let state = Lock(State())

    var all: [Event] { state.withLock { $0.events } }

    func add(_ events: [Event]) {
        let served = state.withLock { state in
            state.events += events
            let all = state.events
            let served = state.waiters.filter { $0.isEnough(all) }
            state.waiters.removeAll { $0.isEnough(all) }
            return served.map { ($0.continuation, all) }
        }
        for (continuation, all) in served { continuation.resume(returning: all) }
    }

    /// Waits until the events so far are enough, and returns them.
    func wait(until isEnough: @escaping @Sendable ([Event]) -> Bool) async -> [Event] {
        await withCheckedContinuation { continuation in
            let ready: [Event]? = state.withLock { state in
                if isEnough(state.events) { return state.events }
                state.waiters.append(Waiter(isEnough: isEnough, continuation: continuation))
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    func wait(count: Int) async -> [Event] { await wait { $0.count >= count } }
}

/// A logger whose lines a test can wait for: the message, then the reason if there is one.
struct EventLog: LogHandler {
    let lines: Events<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(_ lines: Events<String>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let reason = event.metadata?["reason"].map { ": \($0)" } ?? ""
        lines.add(["\(event.message)\(reason)"])
    }
}

extension Events<String> {
    /// Waits for a line that contains a text, behind the first lines.
    func line(_ text: String, after count: Int = 0) async {
        _ = await wait { lines in lines.dropFirst(count).contains { $0.contains(text) } }
    }
}
