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
        let payload = try ValueCoding.payload(of: value, at: path, limit: valueBytesMaximum)
        let write = TreeOperation.Write(payload: payload, keepWhile: keepWhile)
        operations.append(try path.put(write, if: condition))
    }

    /// Adds the write of a node without a payload.
    public mutating func putWithoutPayload(
        at path: TreePath, if condition: NodeCondition? = nil, keepWhile: [KeepWhileEntry]? = nil
    ) throws {
        let write = TreeOperation.Write(payload: nil, keepWhile: keepWhile)
        operations.append(try path.put(write, if: condition))
    }

    /// Adds the removal of a payload.
    public mutating func clearPayload(at path: TreePath) {
        operations.append(TreeOperation(.clearPayload(keepWhile: nil), at: TreePattern(path)))
    }

    /// Adds a deletion, as ``TreeStore/delete(_:if:timeout:)``.
    public mutating func delete(_ path: TreePath, if condition: NodeCondition? = nil) throws {
        operations.append(TreeOperation(.delete, at: try path.guarded(by: condition)))
    }

    /// Adds a deletion of all nodes that match a pattern.
    public mutating func deleteAll(matching pattern: TreePattern) {
        operations.append(TreeOperation(.deleteMany, at: pattern))
    }

    /// Adds a copy of a subtree, as ``TreeStore/copy(_:to:overwrite:timeout:)``.
    public mutating func copy(
        _ source: TreePath, to target: TreePath, overwrite: Bool = false
    ) {
        let kind = TreeOperation.Kind.copy(from: source, overwrite: overwrite)
        operations.append(TreeOperation(kind, at: TreePattern(target)))
    }

    /// Adds a move of a subtree, as ``TreeStore/move(_:to:overwrite:timeout:)``.
    public mutating func move(
        _ source: TreePath, to target: TreePath, overwrite: Bool = false
    ) {
        let kind = TreeOperation.Kind.move(from: source, overwrite: overwrite)
        operations.append(TreeOperation(kind, at: TreePattern(target)))
    }

    /// The batch as one operation that aborts with the number of the first write that fails.
    func command() throws -> TreeOperation {
        var guarded: [TreeOperation] = []
        guarded.reserveCapacity(2 * operations.count)
        for (index, operation) in operations.enumerated() {
            guarded.append(operation)
            let reason = try ValueCoding.payload(of: index, at: .root, limit: .max)
            guarded.append(TreeOperation(.abortIfError(reason: reason), at: TreePattern(.root)))
        }
        return TreeOperation(.transaction(readOnly: false, guarded), at: TreePattern(.root))
    }
}

extension TreeStore {
    /// Applies several writes together, in order, in one command: all of them or none.
    ///
    /// - Parameters:
    ///   - timeout: How long it may take, the store's default if nil.
    ///   - body: Adds the writes; it runs once, before anything is sent.
    /// - Returns: The revision that all the changes share.
    /// - Throws: ``StoreError`` `.aborted` with the number of the write that failed, and all that
    ///   a single write throws; what `body` throws.
    @discardableResult
    public func batch(
        timeout: Duration? = nil, _ body: (inout Batch) throws -> Void
    ) async throws -> Revision {
        var batch = Batch(valueBytesMaximum: engine.configuration.valueBytesMaximum)
        try body(&batch)
        let outcome = try await engine.submit(try batch.command(), timeout: timeout) { $0 }
        switch outcome.result {
        case .results: return outcome.revision
        case .error where outcome.hasLostNodes: return outcome.revision
        case .error(let error): throw StoreError(error)
        case .aborted(let reason):
            let index = try reason.bytes.withUnsafeBytes {
                try ValueCoding.value(of: $0, at: .root, as: Int.self)
            }
            throw StoreError(
                .aborted, "write \(index + 1) of \(batch.count) failed; nothing was applied",
                path: batch.operations[index].path.exactPath)
        case .nodes, .boolean, .count, .ok:
            throw StoreError(.invalidOperation, "expected the results of a batch")
        }
    }
}
