import Khepri
import RaftCore
import RaftRuntime

/// Whoever makes and deletes the stores of a simulated cluster, at any host; and knows which of them
/// must be there, and which must not.
final class StoreKeeper {
    /// The stores that come and go, besides the one that is always there.
    static let names = ["shop", "bakery"]

    enum Task: Sendable {
        case open(String)
        case delete(String)

        var name: String {
            switch self {
            case .open(let name), .delete(let name): name
            }
        }
    }

    /// What came of a task.
    struct Result: Sendable {
        let task: Task
        /// The group that was found or made, or that was deleted; nil if nobody knows.
        let group: GroupID?
        /// Whether there was nothing to delete.
        var isVoid = false
    }

    private let executor: SingleThreadExecutor
    private let results = Lock<[Result]>([])
    private(set) var isBusy = false
    /// The stores of which a deletion was acknowledged.
    private(set) var gone: Set<GroupID> = []
    /// The stores that were found or made, and that nobody tried to delete since.
    private var expected: [String: GroupID] = [:]
    /// The names under which something may be deleted at any time.
    private var doomed: Set<String> = []
    /// What was ever called by each name.
    private var groups: [GroupID: String] = [:]
    /// The names under which a deletion was ever tried.
    private var tried: Set<String> = []

    init(executor: SingleThreadExecutor) { self.executor = executor }

    /// Begins something that chance chooses.
    func begin(at host: StoreHost, _ random: inout SeededRandom) -> Task {
        let name = Self.names[random.number(below: Self.names.count)]
        let task: Task = random.isOne(in: 3) ? .delete(name) : .open(name)
        isBusy = true
        if case .delete = task {
            expected[name] = nil
            tried.insert(name)
        }
        _ = _Concurrency.Task(executorPreference: executor) { [results] in
            let result = await task.result(at: host)
            results.withLock { $0.append(result) }
        }
        return task
    }

    /// The tasks that have ended since the last time.
    func settle() -> [Result] {
        let ended = results.withLock { results in
            defer { results = [] }
            return results
        }
        for result in ended {
            isBusy = false
            take(result)
        }
        return ended
    }

    private func take(_ result: Result) {
        let name = result.task.name
        if let group = result.group { groups[group] = name }
        switch (result.task, result.group) {
        case (.open, let group?):
            // A host that has not heard of a deletion yet may give the former store.
            if !gone.contains(group), !doomed.contains(name) { expected[name] = group }
        case (.delete, let group?): gone.insert(group)
        case (.open, nil): break
        case (.delete, nil): if !result.isVoid { doomed.insert(name) }
        }
    }

    /// Notes which stores a host has open.
    func note(_ store: TreeStore) { groups[store.groupID] = store.name }

    /// Whether somebody tried to delete a store, or one of its name.
    func mayBeDeleted(_ group: GroupID) -> Bool { groups[group].map(tried.contains) ?? false }

    /// What is wrong with the stores that are there in the end; nil if nothing.
    func verdict(on stores: [TreeStore]) -> String? {
        if let back = stores.first(where: { gone.contains($0.groupID) }) {
            return "the store \(back.name) was deleted, and it is there"
        }
        for (name, group) in expected.sorted(by: { $0.key < $1.key })
        where !stores.contains(where: { $0.groupID == group }) {
            return "nobody deleted the store \(name), and it is not there"
        }
        return nil
    }
}

extension StoreKeeper.Task {
    fileprivate func result(at host: StoreHost) async -> StoreKeeper.Result {
        do {
            switch self {
            case .open(let name):
                return .init(task: self, group: try await host.store(name).groupID)
            case .delete(let name):
                guard try await host.hasStore(name) else {
                    return .init(task: self, group: nil, isVoid: true)
                }
                // What is deleted is this one, unless another one has deleted it already.
                let store = try await host.store(name)
                try await host.deleteStore(name)
                return .init(task: self, group: store.groupID)
            }
        } catch {
            return .init(task: self, group: nil)
        }
    }
}
