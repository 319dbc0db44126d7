public import KhepriTree

/// A table of rows that are made of nodes, kept up to date as this member applies changes.
///
/// ```swift
/// let byCustomer = try await store.projection(over: "/orders/*", as: Order.self) { node in
///     node.value.map { ($0.customer, node.path) }
/// }
/// let order = byCustomer["ann"]
/// ```
/// A write that has returned on this member is in it. All changes of a batch of commands show at
/// once. It is kept as long as somebody holds it.
public final class Projection<Key: Hashable & Sendable, Row: Sendable>: Sendable {
    @usableFromInline let table: ProjectionTable<Key, Row>
    private let engine: StoreEngine
    private let id: ProjectionHub.ProjectionID

    /// Makes the rows of what is there, and joins those that are kept up to date.
    init(_ table: ProjectionTable<Key, Row>, of engine: StoreEngine) async throws {
        if let refusal = table.pattern.refusalToFollow { throw refusal }
        try engine.checkIsOpen()
        self.table = table
        self.engine = engine
        let machine = engine.machine
        while true {
            try Task.checkCancellation()
            let view = engine.published.view
            let prepared = table.prepare(view.tree)
            let joined = machine.projections.join(
                table, prepared, at: view.revision, machine.watches)
            guard let joined else { continue }
            id = joined
            return
        }
    }

    deinit { engine.machine.projections.leave(id) }

    /// The row of a key.
    ///
    /// - Complexity: O(1) and no I/O; it waits for a writer only while that puts in the rows of a batch.
    @inlinable
    public subscript(key: Key) -> Row? { table[key] }

    /// How many rows there are.
    public var count: Int { table.count }

    /// A copy of all rows; O(rows).
    public var contents: [Key: Row] { table.contents }

    /// The revision up to which all changes are in it.
    public var revision: Revision { table.revision }

    /// How many keys have rows of several nodes, of which the ``ProjectionRule`` chose one.
    public var conflictCount: Int { table.conflictCount }

    /// How often the function failed for a node, or gave two rows with the same key; such nodes have no
    /// row, or the last of those rows.
    public var failureCount: Int { table.failures.count }

    /// What went wrong last.
    public var lastFailure: StoreError? { table.failures.last }

    /// Waits until all changes up to a revision are in it.
    ///
    /// - Throws: ``StoreError`` `.timeout`, `.closed`.
    public func wait(for revision: Revision, timeout: Duration? = nil) async throws {
        try await engine.catchUp(to: .atLeast(revision), timeout: timeout)
    }
}
