import RaftRuntime

/// Tells any number of listeners what happens in a group.
final class EventHub: Sendable {
    private struct State {
        var listeners: [UInt64: AsyncStream<RaftGroupEvent>.Continuation] = [:]
        var nextNumber: UInt64 = 0
        var isEnded = false
    }

    /// The most events that wait for one listener.
    private static let waitingMaximum = 256

    private let state = Lock(State())

    func events() -> AsyncStream<RaftGroupEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RaftGroupEvent.self, bufferingPolicy: .bufferingNewest(Self.waitingMaximum))
        let number: UInt64? = state.withLock { state in
            guard !state.isEnded else { return nil }
            state.nextNumber += 1
            state.listeners[state.nextNumber] = continuation
            return state.nextNumber
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

    func post(_ event: GroupEvent) {
        guard let event = RaftGroupEvent(event) else { return }
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(event) }
    }

    /// Ends all streams, also those of whoever asks later.
    func end() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            state.isEnded = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}
