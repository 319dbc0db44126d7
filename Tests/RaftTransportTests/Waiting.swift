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
        /// Whether a test ran out of time: then nobody waits any more.
        var isCancelled = false
    }

    private let state = Lock(State())

    var all: [Event] { state.withLock { $0.events } }

    func add(_ events: [Event]) {
        serve { $0.events += events }
    }

    /// Waits until the events so far are enough, and returns them; a cancelled test gets what there is.
    func wait(until isEnough: @escaping @Sendable ([Event]) -> Bool) async -> [Event] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(isEnough: isEnough, continuation: continuation)
                serve { $0.waiters.append(waiter) }
            }
        } onCancel: {
            serve { $0.isCancelled = true }
        }
    }

    /// Changes the state, and resumes whoever has enough then.
    private func serve(_ change: (inout State) -> Void) {
        let (served, events) = state.withLock { state in
            change(&state)
            let (events, isCancelled) = (state.events, state.isCancelled)
            let isServed = { (waiter: Waiter) in isCancelled || waiter.isEnough(events) }
            defer { state.waiters.removeAll(where: isServed) }
            return (state.waiters.filter(isServed), events)
        }
        for waiter in served { waiter.continuation.resume(returning: events) }
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
