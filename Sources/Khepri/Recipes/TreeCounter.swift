public import KhepriTree

/// A number that tasks of all members add to.
///
/// ```swift
/// let visitors = TreeCounter(store, at: "/visitors")
/// let number = try await visitors.add(1)
/// ```
/// Each addition is a transaction: it gets a result of its own, and no other addition is lost.
public struct TreeCounter: Sendable {
    private let store: TreeStore
    private let path: TreePath

    /// A counter at a node; where there is none, it is zero.
    ///
    /// - Parameters:
    ///   - store: Where the counter is, on any member.
    ///   - path: The node, whose value is an integer.
    public init(_ store: TreeStore, at path: TreePath) {
        (self.store, self.path) = (store, path)
    }

    /// Adds a number.
    ///
    /// - Parameters:
    ///   - number: What to add; may be negative.
    ///   - timeout: How long it may take, the store's default if nil.
    /// - Returns: The sum after it.
    /// - Throws: ``StoreError`` `.invalidOperation` when the sum is no `Int`, `.valueCoding` when the node has
    ///   another value, and all that ``TreeStore/transaction(consistency:timeout:_:)`` throws. Where
    ///   ``StoreError/mayHaveBeenApplied`` is true, nobody knows whether it was added.
    @discardableResult
    public func add(_ number: Int = 1, timeout: Duration? = nil) async throws -> Int {
        try await store.transaction(timeout: timeout) { [path] transaction in
            let former = try transaction.get(path, as: Int.self) ?? 0
            let (sum, overflows) = former.addingReportingOverflow(number)
            guard !overflows else {
                throw StoreError(.invalidOperation, "expected a sum of 64 bits", path: path)
            }
            try transaction.put(sum, at: path)
            return sum
        }
    }

    /// The sum.
    ///
    /// - Parameters:
    ///   - consistency: How fresh it must be.
    ///   - timeout: How long it may take, the store's default if nil.
    /// - Throws: ``StoreError`` `.valueCoding`, `.timeout`, `.closed`.
    public func get(
        consistency: ReadConsistency = .local, timeout: Duration? = nil
    ) async throws -> Int {
        try await store.get(path, as: Int.self, consistency: consistency, timeout: timeout) ?? 0
    }
}
