import Khepri

/// Who wants which topics: the subscribers of the filter `a/+/#` are the payload of the node
/// `/subscriptions/a/+/#`.
public struct SubscriptionTable: Sendable {
    private static let root: TreePath = "/subscriptions"

    private let store: TreeStore

    /// Keeps subscriptions in a store.
    public init(_ store: TreeStore) { self.store = store }

    /// Adds a subscriber to filters, in one transaction; one that is there is left as it is.
    ///
    /// - Parameters:
    ///   - subscriber: The identifier of a client.
    ///   - filters: At most 10,000.
    /// - Throws: `StoreError`.
    public func subscribe(_ subscriber: PathComponent, to filters: [TopicFilter]) async throws {
        try await change(filters) { subscribers in
            guard !subscribers.contains(subscriber) else { return }
            subscribers.append(subscriber)
        }
    }

    /// Takes a subscriber from filters, in one transaction; one that is not there is no mistake.
    ///
    /// - Parameters:
    ///   - subscriber: The identifier of a client.
    ///   - filters: At most 10,000.
    /// - Throws: `StoreError`.
    public func unsubscribe(_ subscriber: PathComponent, from filters: [TopicFilter]) async throws {
        try await change(filters) { subscribers in subscribers.removeAll { $0 == subscriber } }
    }

    /// The filters that match a topic, as this member has them, with the subscribers of each.
    ///
    /// The tree of filters is walked level by level, and from each node there are three ways on: the level
    /// itself, `+`, and `#`, which ends it.
    /// - Throws: `StoreError`.
    /// - Complexity: O(levels × ways that are there), whatever the number of filters.
    public func matches(of topic: Topic) throws -> SubscriptionMatches {
        var walk = SubscriptionWalk(of: topic, in: store.view)
        return try walk.run(from: Self.root)
    }

    private func change(
        _ filters: [TopicFilter], _ body: @escaping @Sendable (inout [PathComponent]) -> Void
    ) async throws {
        try await store.transaction { transaction in
            for filter in filters {
                let path = Self.root.appending(try TreePath(filter.levels.names))
                let former = try transaction.get(path, as: [PathComponent].self) ?? []
                var subscribers = former
                body(&subscribers)
                guard subscribers != former else { continue }
                if subscribers.isEmpty {
                    try transaction.clearPayload(at: path)
                } else {
                    try transaction.put(subscribers, at: path, keepWhile: [.isOfUse])
                }
            }
        }
    }
}
