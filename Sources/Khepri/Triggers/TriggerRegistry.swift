import RaftRuntime

/// The handlers that this process has for the triggers of a store.
final class TriggerRegistry: Sendable {
    private struct State {
        var triggers: [String: Trigger] = [:]
        var isRunning = false
        /// Counts the changes of the triggers.
        var version = 0
        /// Whom to tell of them.
        var listener: TriggerMail?
    }

    private let state = Lock(State())

    /// The triggers, and how often that has changed.
    var triggers: (all: [Trigger], version: Int) {
        state.withLock { state in
            (state.triggers.keys.sorted().compactMap { state.triggers[$0] }, state.version)
        }
    }

    /// Adds a handler.
    ///
    /// - Throws: ``StoreError`` `.invalidOperation` if there is one of the name.
    func add(_ trigger: Trigger) throws {
        let isNew = change { $0.updateValue(trigger, forKey: trigger.name) == nil }
        guard !isNew else { return }
        throw StoreError(
            .invalidOperation,
            "expected a name that no trigger of this process has, found \(trigger.name)")
    }

    func contains(_ name: String) -> Bool { state.withLock { $0.triggers[name] != nil } }

    /// Forgets a handler.
    func remove(_ name: String) { _ = change { $0.removeValue(forKey: name) } }

    /// Forgets all handlers, which may have the store.
    func clear() { change { $0.removeAll() } }

    private func change<Answer>(_ body: (inout [String: Trigger]) -> Answer) -> Answer {
        let (answer, listener) = state.withLock { state in
            state.version += 1
            return (body(&state.triggers), state.listener)
        }
        listener?.post(.registered)
        return answer
    }

    /// Whom to tell when the triggers change.
    func tell(_ mail: TriggerMail) { state.withLock { $0.listener = mail } }

    /// Makes the caller the one that runs the triggers.
    ///
    /// - Throws: ``StoreError`` `.invalidOperation` if somebody does.
    func begin() throws {
        let isFirst = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFirst else {
            throw StoreError(
                .invalidOperation, "the triggers of the store run already in this process")
        }
    }

    func end() { state.withLock { $0.isRunning = false } }
}
