import RaftCore
import RaftRuntime

/// Which stores of a host are open, and who waits for one.
struct HostState {
    private enum Slot {
        case opening([UnsafeContinuation<Void, Never>])
        case open(TreeStore)
    }

    /// What a caller that wants a store does.
    enum Step {
        case open(TreeStore)
        /// Another caller opens it; wait and ask again.
        case underWay
        /// Open it, with what the log holds of it.
        case begin((GroupID, RecoveredGroup)?)
        case closed
    }

    private var recovered: [(GroupID, RecoveredGroup)]
    private var slots: [String: Slot] = [:]
    private var isClosed = false
    /// What the stores were called that it let go.
    private var formerNames: [String] = []

    init(recovered: [GroupID: RecoveredGroup]) {
        self.recovered = recovered.map { ($0.key, $0.value) }
    }

    var names: [String] {
        (recovered.map(\.1.name) + slots.keys + formerNames).sorted()
    }

    /// The stores that are open.
    var openStores: [TreeStore] {
        slots.sorted { $0.key < $1.key }.compactMap { slot in
            if case .open(let store) = slot.value { store } else { nil }
        }
    }

    /// Whether the log holds several groups of a name, of which one at most was not deleted.
    func isAmbiguous(_ name: String) -> Bool {
        slots[name] == nil && recovered.count { $0.1.name == name } > 1
    }

    /// - Parameter group: Which one is meant if there are several of the name.
    mutating func beginOpening(_ name: String, preferring group: GroupID?) -> Step {
        if isClosed { return .closed }
        switch slots[name] {
        case .open(let store): return .open(store)
        case .opening: return .underWay
        case nil:
            slots[name] = .opening([])
            let index = recovered.firstIndex {
                $0.1.name == name && (group == nil || $0.0 == group)
            }
            return .begin(index.map { recovered.remove(at: $0) })
        }
    }

    /// Waits for an opening; gives the continuation back if there is nothing to wait for.
    mutating func join(
        _ name: String, _ continuation: UnsafeContinuation<Void, Never>
    ) -> UnsafeContinuation<Void, Never>? {
        guard case .opening(let waiting) = slots[name] else { return continuation }
        slots[name] = .opening(waiting + [continuation])
        return nil
    }

    /// Ends an opening, successful or not; the waiting callers are to be resumed.
    mutating func endOpening(
        _ name: String, _ store: TreeStore?
    ) -> [UnsafeContinuation<Void, Never>] {
        guard case .opening(let waiting) = slots[name] else { return [] }
        slots[name] = store.map { .open($0) }
        return waiting
    }

    /// Takes out all that is not open.
    mutating func takeRecovered() -> [GroupID: RecoveredGroup] {
        defer { recovered = [] }
        return Dictionary(uniqueKeysWithValues: recovered)
    }

    /// Forgets a store that was deleted.
    mutating func forget(_ store: TreeStore) { slots[store.name] = nil }

    /// Refuses further openings; says whether it is the first time.
    mutating func close() -> Bool {
        defer { isClosed = true }
        return !isClosed
    }

    /// Lets the stores go, which have the host; their names stay.
    mutating func clear() {
        formerNames = names
        recovered = []
        slots = [:]
    }
}
