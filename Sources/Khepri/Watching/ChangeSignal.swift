import KhepriTree

/// Who waits for changes of the nodes that match a pattern, without wanting to know what they are.
final class ChangeSignal: Sendable {
    private let hub: WatchHub
    private let pattern: TreePattern
    private let id: WatchHub.ReaderID

    init(_ engine: StoreEngine, _ pattern: TreePattern) {
        hub = engine.machine.watches
        self.pattern = pattern
        id = hub.add([pattern], after: nil, wantsChanges: false)
    }

    deinit { hub.remove(id, [pattern]) }

    /// Waits until something may have changed since the last time; false at the end.
    func wait() async throws -> Bool {
        while !Task.isCancelled {
            switch hub.step(of: id) {
            case .news, .changes: return true
            case .wait: await hub.wait(id)
            case .end(nil): return false
            case .end(let error?): throw error
            }
        }
        return false
    }
}
