public import KhepriTree

extension TreeStore {
    /// Every change of the nodes that match a pattern, as this member applies it.
    ///
    /// ```swift
    /// for try await change in store.changes(matching: "/stock/**", since: .current) {
    ///     print(change.kind, change.path, try change.value(as: Int.self) ?? 0)
    /// }
    /// ```
    /// A change is told when the node matches before it or after it: a node is created, its payload
    /// changes, or it is gone. A change of its children only is told as the change of the child. The order
    /// is that of the log, within one command that of the paths, and nothing is left out: a reader
    /// that was away, or moved to another member, goes on after its last ``TreeChange/resumePoint``, as
    /// long as the history reaches back to it. The last 65,536 changes are kept, 64 MiB at most, and those
    /// in the log are there again after a restart.
    ///
    /// A reader that does not read slows nobody; when what it has not read is no longer kept, the
    /// sequence throws `.compacted`. So it does when this member takes over a snapshot, and after a
    /// command of more than 65,536 changes.
    /// - Parameters:
    ///   - pattern: Which nodes; conditions on more than names may stand in its last component.
    ///   - start: Where to begin.
    /// - Complexity: A change costs time in proportion to the depth of its path and to the readers that it
    ///   concerns, not to all readers.
    public func changes(
        matching pattern: TreePattern, since start: WatchStart = .now
    ) -> TreeChanges {
        TreeChanges(subscription: ChangeSubscription(engine, [pattern], since: start))
    }

    /// The value at a path, now and whenever it has changed.
    ///
    /// ```swift
    /// for try await oak in store.values(at: "/stock/wood/oak", as: Int.self) { print(oak ?? 0) }
    /// ```
    /// A slow reader gets the last of several values, never one older than the one before; it is never
    /// ended for being slow.
    /// - Parameters:
    ///   - path: Which node; it need not be there.
    ///   - type: What to decode.
    public func values<Value: Decodable & Sendable>(
        at path: TreePath, as type: Value.Type = Value.self
    ) -> TreeValues<Value> {
        TreeValues(subscription: ValueSubscription(engine, path))
    }
}
