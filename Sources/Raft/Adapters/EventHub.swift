import RaftRuntime

/// Tells any number of listeners what happens in a group.
final class EventHub: Sendable {
    private struct State {
        var listeners: [UInt64: AsyncStream<RaftGroupEvent>.Continuation] = [:]
        var nextNumber: UInt64 = 0
    }

    /// The most events that wait for one listener.
    private static let waitingMaximum = 256

    private let state = Lock(State())

    func events() -> AsyncStream<RaftGroupEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RaftGroupEvent.self, bufferingPolicy: .bufferingNewest(Self.waitingMaximum))
        let number = state.withLock { state in
            state.nextNumber += 1
            state.listeners[state.nextNumber] = continuation
            return state.nextNumber
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

    deinit {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.finish() }
    }
}
