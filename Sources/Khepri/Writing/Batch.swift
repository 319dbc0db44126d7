public import KhepriTree

/// Writes that are applied together, in order, in one command: all of them or none.
///
/// ```swift
/// try await store.batch { batch in
///     try batch.put(149, at: "/stock/wood/oak", if: .payloadVersion(1))
///     try batch.put("oak", at: "/orders/17")
/// }
/// ```
/// Later writes see earlier ones. If one of them fails, nothing is applied and
/// ``TreeStore/batch(timeout:_:)`` throws, naming the write.
public struct Batch: Sendable {
    private(set) var operations: [TreeOperation] = []
    private let valueBytesMaximum: Int

    init(valueBytesMaximum: Int) {
        self.valueBytesMaximum = valueBytesMaximum
    }

    /// How many writes the batch holds; at most 10,000.
    public var count: Int { operations.count }

    /// Adds a write, as ``TreeStore/put(_:at:if:keepWhile:timeout:)``.
    ///
    /// - Throws: ``StoreError`` `.valueCoding` if the value cannot be encoded or is too large.
    public mutating func put<Value: Encodable & Sendable>(
        _ value: Value,
        at path: TreePath,
        if condition: NodeCondition? = nil,
        keepWhile: [KeepWhileEntry]? = nil
    ) throws {
        operations.append(
            try .put(
                value, at: path, if: condition, keepWhile: keepWhile, limit: valueBytesMaximum))
    }

    /// Adds the write of a node without a payload.
    public mutating func putWithoutPayload(
        at path: TreePath, if condition: NodeCondition? = nil, keepWhile: [KeepWhileEntry]? = nil
    ) throws {
        operations.append(
            try .putWithoutPayload(at: path, if: condition, keepWhile: keepWhile))
    }

    /// Adds the removal of a payload.
    public mutating func clearPayload(at path: TreePath) {
        operations.append(.clearPayload(at: path))
    }

    /// Adds a deletion, as ``TreeStore/delete(_:if:timeout:)``.
    public mutating func delete(_ path: TreePath, if condition: NodeCondition? = nil) throws {
        operations.append(try .delete(path, if: condition))
    }

    /// Adds a deletion of all nodes that match a pattern.
    public mutating func deleteAll(matching pattern: TreePattern) {
        operations.append(.deleteAll(matching: pattern))
    }

    /// Adds a copy of a subtree, as ``TreeStore/copy(_:to:overwrite:timeout:)``.
    public mutating func copy(
        _ source: TreePath, to target: TreePath, overwrite: Bool = false
    ) {
        operations.append(.copy(source, to: target, overwrite: overwrite))
    }

    /// Adds a move of a subtree, as ``TreeStore/move(_:to:overwrite:timeout:)``.
    public mutating func move(
        _ source: TreePath, to target: TreePath, overwrite: Bool = false
    ) {
        operations.append(.move(source, to: target, overwrite: overwrite))
    }
}

extension TreeStore {
    /// Applies several writes together, in order, in one command: all of them or none.
    ///
    /// - Parameters:
    ///   - timeout: How long it may take, the store's default if nil.
    ///   - body: Adds the writes; it runs once, on the caller's actor, before anything is sent.
    /// - Returns: The revision that all the changes share.
    /// - Throws: ``StoreError`` `.aborted` with the number of the write that failed, and all that
    ///   a single write throws; what `body` throws.
    @discardableResult
    public nonisolated(nonsending) func batch(
        timeout: Duration? = nil, _ body: (inout Batch) throws -> Void
    ) async throws -> Revision {
        var batch = Batch(valueBytesMaximum: engine.configuration.valueBytesMaximum)
        try body(&batch)
        let outcome = try await engine.submit(
            try .together(batch.operations), timeout: timeout
        ) { $0 }
        switch outcome.result {
        case .results: return outcome.revision
        case .error where outcome.hasLostNodes: return outcome.revision
        case .error(let error): throw StoreError(error)
        case .aborted(let reason):
            throw try TreeOperation.abortion(reason, of: batch.operations)
        case .nodes, .boolean, .count, .ok:
            throw StoreError(.invalidOperation, "expected the results of a batch")
        }
    }
}
