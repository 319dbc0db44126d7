/// Gives events to everybody who listens.
package final class EventStreams<Event: Sendable>: Sendable {
    private struct State {
        var listeners: [UInt64: AsyncStream<Event>.Continuation] = [:]
        var lastNumber: UInt64 = 0
        var isEnded = false
    }

    private let waitingMaximum: Int
    private let state = Lock(State())

    /// - Parameter waitingMaximum: The most events that wait for one listener; then the oldest go.
    package init(waitingMaximum: Int = 256) {
        self.waitingMaximum = waitingMaximum
    }

    /// A stream of what happens from now on.
    package func stream() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingNewest(waitingMaximum))
        let number: UInt64? = state.withLock { state in
            guard !state.isEnded else { return nil }
            state.lastNumber += 1
            state.listeners[state.lastNumber] = continuation
            return state.lastNumber
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }

    /// Tells all who listen.
    package func post(_ event: Event) {
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener.yield(event) }
    }

    /// Ends all streams, also those of whoever asks later.
    package func end() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            state.isEnded = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}
