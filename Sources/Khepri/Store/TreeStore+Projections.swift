public import KhepriTree

extension TreeStore {
    /// Keeps a table of at most one row for each node that a pattern matches.
    ///
    /// ```swift
    /// let names = try await store.projection(over: "/users/*", as: User.self) { node in
    ///     node.value.map { ($0.name, node.path) }
    /// }
    /// let path = names["ann"]
    /// ```
    /// The rows are made anew of what is there when the projection begins and when this member takes over a
    /// snapshot; afterwards the function is called for each node whose payload changes. It runs on the store's
    /// thread before writers are answered, so it must be quick and must not wait for anything.
    /// - Parameters:
    ///   - pattern: Which nodes; conditions on more than names may stand in its last component.
    ///   - type: What their payloads are; a node with another one has no row, and counts as a failure.
    ///   - rule: Which row counts when several nodes give one with the same key.
    ///   - makeRow: Makes the row of a node; nil for none.
    /// - Throws: ``StoreError`` `.invalidOperation` for a pattern that cannot be followed.
    public func projection<Value: Decodable & Sendable, Key: Hashable & Sendable, Row: Sendable>(
        over pattern: TreePattern, as type: Value.Type = Value.self,
        rule: ProjectionRule = .firstPath,
        _ makeRow: @escaping @Sendable (Node<Value>) throws -> (Key, Row)?
    ) async throws -> Projection<Key, Row> {
        try await projection(
            over: pattern, as: type, rule: rule,
            rows: { node in
                try makeRow(node).map { [$0] } ?? []
            })
    }

    /// Keeps a table of any number of rows for each node that a pattern matches.
    ///
    /// - Parameters:
    ///   - pattern: Which nodes; conditions on more than names may stand in its last component.
    ///   - type: What their payloads are.
    ///   - rule: Which row counts when several nodes give one with the same key.
    ///   - makeRows: Makes the rows of a node, with different keys.
    /// - Throws: ``StoreError`` `.invalidOperation` for a pattern that cannot be followed.
    public func projection<Value: Decodable & Sendable, Key: Hashable & Sendable, Row: Sendable>(
        over pattern: TreePattern, as type: Value.Type = Value.self,
        rule: ProjectionRule = .firstPath,
        rows makeRows: @escaping @Sendable (Node<Value>) throws -> [(Key, Row)]
    ) async throws -> Projection<Key, Row> {
        let table = ProjectionTable<Key, Row>(pattern, rule) { path, properties, payload in
            try makeRows(try Node(properties, payload, at: path)).map { (key: $0.0, row: $0.1) }
        }
        return try await Projection(table, of: engine)
    }
}
