public import KhepriTree

/// Reads and writes that are one: all of it happens at one revision, or nothing.
///
/// ```swift
/// try await store.transaction { transaction in
///     let stock = try transaction.get("/stock/wood", as: Int.self) ?? 0
///     guard stock >= 100 else { throw OutOfStock() }
///     try transaction.put(stock - 100, at: "/stock/wood")
///     try transaction.put(100, at: "/orders/17")
/// }
/// ```
/// It reads the tree of one revision, with its own writes. Everything it looks at is noted; when it is
/// applied and any of that has changed, it runs again. A write that the tree refuses ends it, even if the
/// error is caught: nothing of it is applied.
///
/// Nodes that expire because of its writes do so when it is applied; until then it still sees them.
/// Nodes it wrote itself have revisions that are not final yet.
///
/// It cannot be copied or kept: it is over when the closure is.
public struct Transaction: ~Copyable {
    /// The revision of the tree that it reads.
    public let revision: Revision

    private let tree: Tree
    private let valueBytesMaximum: Int
    /// The tree with the first of its writes, if somebody had to look at them.
    private var draft: TreeDraft?
    /// How many writes are in the draft.
    private var draftedCount = 0
    private var visitCount = 0
    /// What it read; of no use to one that is made for its very place in the log.
    private(set) var reads: ReadSet
    private(set) var operations: [TreeOperation] = []
    /// Why it can have no effect any more.
    private(set) var failure: StoreError?

    init(on tree: Tree, at revision: Revision, valueBytesMaximum: Int) {
        self.tree = tree
        self.revision = revision
        self.valueBytesMaximum = valueBytesMaximum
        reads = ReadSet(at: revision)
    }

    /// What it sees: the tree of its revision with its own writes.
    private var present: Tree {
        mutating get { operations.isEmpty ? tree : withDraft { $0.tree } }
    }
}

// Reading.
extension Transaction {
    /// The value at a path.
    ///
    /// - Returns: nil where there is no node or the node has no payload.
    /// - Throws: ``StoreError`` `.valueCoding` if the payload is not of the type,
    ///   `.transactionTooLarge`.
    public mutating func get<Value: Decodable & Sendable>(
        _ path: TreePath, as type: Value.Type = Value.self
    ) throws -> Value? {
        try note(path, [.presence, .payload])
        return try present.value(at: path, as: type)
    }

    /// The node at a path with its versions and revisions, nil where there is none.
    ///
    /// A change of its child list is a conflict too; ``get(_:as:)`` looks at the payload only.
    /// - Throws: ``StoreError`` `.valueCoding`, `.transactionTooLarge`.
    public mutating func node<Value: Decodable & Sendable>(
        at path: TreePath, as type: Value.Type = Value.self
    ) throws -> Node<Value>? {
        try note(path, .all)
        return try present.publicNode(at: path, as: type)
    }

    /// Whether there is a node at the path.
    ///
    /// - Throws: ``StoreError`` `.transactionTooLarge`.
    public mutating func exists(_ path: TreePath) throws -> Bool {
        try note(path, .presence)
        return present.node(at: path) != nil
    }

    /// The names of the children of a node in the order of their bytes, nil where there is no node.
    ///
    /// - Throws: ``StoreError`` `.transactionTooLarge`.
    public mutating func childNames(of path: TreePath) throws -> [PathComponent]? {
        try note(path, [.presence, .children])
        return present.childNames(of: path)
    }

    /// The nodes that match a pattern, in the order of their paths.
    ///
    /// A node that appears, changes or goes where the pattern looks is a conflict.
    /// - Throws: ``StoreError`` `.valueCoding`, `.transactionTooLarge`.
    public mutating func nodes<Value: Decodable & Sendable>(
        matching pattern: TreePattern, as type: Value.Type = Value.self
    ) throws -> [Node<Value>] {
        var nodes: [Node<Value>] = []
        try forEachMatch(of: pattern) { nodes.append(try Node($1, at: $0)) }
        return nodes
    }

    /// How many distinct nodes match a pattern.
    ///
    /// - Throws: ``StoreError`` `.transactionTooLarge`.
    public mutating func count(matching pattern: TreePattern) throws -> Int {
        var count = 0
        try forEachMatch(of: pattern) { _, _ in count += 1 }
        return count
    }

    private mutating func forEachMatch(
        of pattern: TreePattern, _ body: (TreePath, TreeNode) throws -> Void
    ) throws {
        try expectNoFailure()
        reads.note(pattern, in: tree)
        let left = TreeLimits.transactionVisitsMaximum - visitCount
        let visits = try present.forEachMatch(of: pattern, visitLimit: left) {
            try body($0, $1)
            return true
        }
        visitCount += visits
        try checkSize()
    }

    /// Notes a look at a node, as it was before this transaction wrote anything.
    private mutating func note(_ path: TreePath, _ aspects: ReadSet.Aspects) throws {
        try expectNoFailure()
        reads.note(path, aspects, in: tree)
        try checkSize()
    }

    private mutating func checkSize() throws {
        guard
            visitCount > TreeLimits.transactionVisitsMaximum
                || reads.count > TreeLimits.transactionReadsMaximum
                || reads.patterns.count > TreeLimits.transactionPatternsMaximum
                || operations.count > TreeLimits.transactionOperationsMaximum
        else { return }
        throw fail(
            StoreError(
                .transactionTooLarge,
                "expected at most \(TreeLimits.transactionReadsMaximum) nodes read, "
                    + "\(TreeLimits.transactionPatternsMaximum) patterns over "
                    + "\(TreeLimits.transactionVisitsMaximum) nodes and "
                    + "\(TreeLimits.transactionOperationsMaximum) writes"))
    }
}

// Writing.
extension Transaction {
    /// Writes a value, as ``TreeStore/put(_:at:if:keepWhile:timeout:)``.
    public mutating func put<Value: Encodable & Sendable>(
        _ value: Value,
        at path: TreePath,
        if condition: NodeCondition? = nil,
        keepWhile: [KeepWhileEntry]? = nil
    ) throws {
        try perform(
            try .put(
                value, at: path, if: condition, keepWhile: keepWhile, limit: valueBytesMaximum))
    }

    /// Writes a node without a payload, as ``TreeStore/putWithoutPayload(at:if:keepWhile:timeout:)``.
    public mutating func putWithoutPayload(
        at path: TreePath, if condition: NodeCondition? = nil, keepWhile: [KeepWhileEntry]? = nil
    ) throws {
        try perform(try .putWithoutPayload(at: path, if: condition, keepWhile: keepWhile))
    }

    /// Removes the payload of a node; a missing node is no error.
    public mutating func clearPayload(at path: TreePath) throws {
        try perform(.clearPayload(at: path))
    }

    /// Deletes a node with everything below it, as ``TreeStore/delete(_:if:timeout:)``.
    public mutating func delete(_ path: TreePath, if condition: NodeCondition? = nil) throws {
        try perform(try .delete(path, if: condition))
    }

    /// Deletes all nodes that match a pattern when the transaction is applied, each with everything
    /// below it.
    public mutating func deleteAll(matching pattern: TreePattern) throws {
        try perform(.deleteAll(matching: pattern))
    }

    /// Copies a subtree, as ``TreeStore/copy(_:to:overwrite:timeout:)``.
    public mutating func copy(
        _ source: TreePath, to target: TreePath, overwrite: Bool = false
    ) throws {
        try perform(.copy(source, to: target, overwrite: overwrite))
    }

    /// Moves a subtree, as ``TreeStore/move(_:to:overwrite:timeout:)``.
    public mutating func move(
        _ source: TreePath, to target: TreePath, overwrite: Bool = false
    ) throws {
        try perform(.move(source, to: target, overwrite: overwrite))
    }

    private mutating func perform(_ operation: TreeOperation) throws {
        try expectNoFailure()
        var operation = operation
        operation.options = .listingNothing
        if operation.isNeverRefused {
            operations.append(operation)
        } else {
            let refusal = withDraft { $0.perform(operation) }
            if let refusal { throw fail(StoreError(refusal)) }
            operations.append(operation)
            draftedCount += 1
        }
        try checkSize()
    }

    /// Brings the draft up to the last write, and uses it: many transactions never look at what they wrote.
    private mutating func withDraft<Result>(_ body: (inout TreeDraft) -> Result) -> Result {
        var draft = draft.take() ?? TreeDraft(tree, writingAt: Revision(revision.rawValue + 1))
        while draftedCount < operations.count {
            let refusal = draft.perform(operations[draftedCount])
            precondition(refusal == nil, "a write that is never refused is carried out")
            draftedCount += 1
        }
        let result = body(&draft)
        self.draft = draft
        return result
    }

    private mutating func fail(_ error: StoreError) -> StoreError {
        failure = error
        return error
    }

    private func expectNoFailure() throws {
        if let failure { throw failure }
    }
}

extension TreeOperation {
    /// Whether it succeeds on any tree: a write of one node without a condition.
    fileprivate var isNeverRefused: Bool {
        guard case .put(let write) = kind else { return false }
        return write.keepWhile == nil && path.exactPath != nil
    }
}

extension TreeOperation.Options {
    /// What nobody reads need not be listed.
    fileprivate static let listingNothing = Self(returning: [], returnIndirectDeletes: false)
}
