public import KhepriTree

extension TreeStore {
    /// Synchronous point reads of this member's applied tree; of the last one, once the store is closed.
    public var local: LocalReads { LocalReads(published: engine.published) }

    /// An immutable copy of the whole tree as this member has applied it, taken in O(1), also of a closed store.
    public var view: TreeView { engine.published.view }

    /// The value at a path.
    ///
    /// - Parameters:
    ///   - path: Where to read.
    ///   - type: What to decode; `Payload` gives the encoded bytes as they are.
    ///   - consistency: How fresh the answer must be.
    ///   - timeout: How long it may take, the store's default if nil.
    /// - Returns: nil where there is no node or the node has no payload.
    /// - Throws: ``StoreError`` `.valueCoding`, `.timeout`, `.closed`.
    public func get<Value: Decodable & Sendable>(
        _ path: TreePath,
        as type: Value.Type = Value.self,
        consistency: ReadConsistency = .local,
        timeout: Duration? = nil
    ) async throws -> Value? {
        try await engine.catchUp(to: consistency, timeout: timeout)
        return try local.get(path, as: type)
    }

    /// The node at a path with its versions and revisions, nil where there is none.
    ///
    /// - Throws: ``StoreError`` `.valueCoding`, `.timeout`, `.closed`.
    public func node<Value: Decodable & Sendable>(
        at path: TreePath,
        as type: Value.Type = Value.self,
        consistency: ReadConsistency = .local,
        timeout: Duration? = nil
    ) async throws -> Node<Value>? {
        try await engine.catchUp(to: consistency, timeout: timeout)
        return try local.node(at: path, as: type)
    }

    /// The nodes that match a pattern, in the order of their paths, from one revision.
    ///
    /// For a large listing, read pages of one ``view``, or pass the last path as `after`.
    /// - Throws: ``StoreError`` `.valueCoding`, `.timeout`, `.closed`.
    /// - Complexity: O(nodes the pattern makes the walk visit), beside running writes.
    public func nodes<Value: Decodable & Sendable>(
        matching pattern: TreePattern,
        as type: Value.Type = Value.self,
        after: TreePath? = nil,
        limit: Int? = nil,
        consistency: ReadConsistency = .local,
        timeout: Duration? = nil
    ) async throws -> [Node<Value>] {
        try await engine.catchUp(to: consistency, timeout: timeout)
        return try view.nodes(matching: pattern, as: type, after: after, limit: limit)
    }

    /// Whether there is a node at the path.
    ///
    /// - Throws: ``StoreError`` `.timeout`, `.closed`.
    public func exists(
        _ path: TreePath, consistency: ReadConsistency = .local, timeout: Duration? = nil
    ) async throws -> Bool {
        try await engine.catchUp(to: consistency, timeout: timeout)
        return local.exists(path)
    }

    /// How many distinct nodes match a pattern.
    ///
    /// - Throws: ``StoreError`` `.timeout`, `.closed`.
    public func count(
        matching pattern: TreePattern,
        consistency: ReadConsistency = .local,
        timeout: Duration? = nil
    ) async throws -> Int {
        try await engine.catchUp(to: consistency, timeout: timeout)
        return view.count(matching: pattern)
    }
}
