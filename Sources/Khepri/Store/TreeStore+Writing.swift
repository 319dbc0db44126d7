public import KhepriTree

/// Every write answers when the change is on stable storage and visible to reads of this store.
extension TreeStore {
    /// Writes a value, creating the node and its ancestors where they are missing.
    ///
    /// ```swift
    /// try await store.put(150, at: "/stock/wood/oak")
    /// try await store.put(151, at: "/stock/wood/oak", if: .payloadVersion(1))
    /// ```
    /// - Parameters:
    ///   - value: What to write; a `Payload` is written as it is.
    ///   - path: Where; the node keeps its children.
    ///   - condition: What must hold of the node, `.absent` to create only, `.exists(true)` to
    ///     update only.
    ///   - keepWhile: The conditions on which the node's life depends; nil leaves the former ones,
    ///     an empty list removes them.
    ///   - timeout: How long it may take, the store's default if nil.
    /// - Throws: ``StoreError`` `.conditionFailed`, `.nodeNotFound`, `.keepWhileConditionFailed`,
    ///   `.valueCoding`, `.overloaded`, `.storageFull`, `.storageFailed`, `.timeout`, `.closed`.
    @discardableResult
    public func put<Value: Encodable & Sendable>(
        _ value: Value,
        at path: TreePath,
        if condition: NodeCondition? = nil,
        keepWhile: [KeepWhileEntry]? = nil,
        timeout: Duration? = nil
    ) async throws -> WriteReceipt {
        let operation = try TreeOperation.put(
            value, at: path, if: condition, keepWhile: keepWhile, limit: valueBytesMaximum)
        return try await write(operation, at: path, timeout: timeout)
    }

    /// Creates a node without a payload, or removes the payload of an existing one.
    ///
    /// A node put explicitly stays when its last child goes, unlike an ancestor that
    /// ``put(_:at:if:keepWhile:timeout:)`` created on its way.
    @discardableResult
    public func putWithoutPayload(
        at path: TreePath,
        if condition: NodeCondition? = nil,
        keepWhile: [KeepWhileEntry]? = nil,
        timeout: Duration? = nil
    ) async throws -> WriteReceipt {
        let operation = try TreeOperation.putWithoutPayload(
            at: path, if: condition, keepWhile: keepWhile)
        return try await write(operation, at: path, timeout: timeout)
    }

    /// Writes a value where there is no node yet.
    ///
    /// - Throws: ``StoreError`` `.conditionFailed` where there is one.
    @discardableResult
    public func create<Value: Encodable & Sendable>(
        _ value: Value, at path: TreePath, keepWhile: [KeepWhileEntry]? = nil,
        timeout: Duration? = nil
    ) async throws -> WriteReceipt {
        try await put(value, at: path, if: .absent, keepWhile: keepWhile, timeout: timeout)
    }

    /// Writes a value where there is a node.
    ///
    /// - Throws: ``StoreError`` `.nodeNotFound` where there is none.
    @discardableResult
    public func update<Value: Encodable & Sendable>(
        _ value: Value, at path: TreePath, keepWhile: [KeepWhileEntry]? = nil,
        timeout: Duration? = nil
    ) async throws -> WriteReceipt {
        try await put(value, at: path, if: .exists(true), keepWhile: keepWhile, timeout: timeout)
    }

    /// Replaces a value by another if it is the expected one.
    ///
    /// Numbers are compared by value, so `1` is `1.0`; text by its bytes, and a struct by all that is
    /// stored of it. NaN equals nothing.
    /// - Throws: ``StoreError`` `.conditionFailed` where the payload is another one, `.nodeNotFound`
    ///   where there is no node.
    @discardableResult
    public func compareAndSwap<Value: Encodable & Sendable>(
        _ expected: Value, with value: Value, at path: TreePath, timeout: Duration? = nil
    ) async throws -> WriteReceipt {
        let operation = try TreeOperation.compareAndSwap(
            expected, with: value, at: path, limit: valueBytesMaximum)
        return try await write(operation, at: path, timeout: timeout)
    }

    /// Removes the payload of a node; the node stays unless that makes it expire.
    ///
    /// - Returns: nil where there is no node.
    @discardableResult
    public func clearPayload(
        at path: TreePath, timeout: Duration? = nil
    ) async throws -> WriteReceipt? {
        try await engine.submit(TreeOperation.clearPayload(at: path).forReceipt, timeout: timeout) {
            [published = engine.published] in
            let hasNode = try $0.hasLostNodes || !$0.nodes().isEmpty
            return hasNode ? try $0.writeReceipt(for: path, in: published) : nil
        }
    }

    /// Deletes a node with everything below it; deleting nothing is no error.
    ///
    /// - Parameters:
    ///   - path: What to delete; of the root, the payload and all children.
    ///   - condition: What must hold of the node, or it stays and nothing is deleted.
    ///   - timeout: How long it may take, the store's default if nil.
    @discardableResult
    public func delete(
        _ path: TreePath, if condition: NodeCondition? = nil, timeout: Duration? = nil
    ) async throws -> DeleteReceipt {
        let operation = try TreeOperation.delete(path, if: condition)
        return try await engine.submit(operation.forReceipt, timeout: timeout) {
            try $0.deleteReceipt()
        }
    }

    /// Deletes all nodes that match a pattern, each with everything below it, in one command.
    @discardableResult
    public func deleteAll(
        matching pattern: TreePattern, timeout: Duration? = nil
    ) async throws -> DeleteReceipt {
        let operation = TreeOperation.deleteAll(matching: pattern)
        return try await engine.submit(operation.forReceipt, timeout: timeout) {
            try $0.deleteReceipt()
        }
    }

    /// Copies a whole subtree in one command; the new nodes start at version 1.
    ///
    /// - Parameters:
    ///   - source: The subtree to copy.
    ///   - target: Its new root; not below `source`.
    ///   - overwrite: Whether a node at `target` is replaced, with everything below it.
    ///   - timeout: How long it may take, the store's default if nil.
    /// - Throws: ``StoreError`` `.nodeNotFound`, `.conditionFailed` where the target exists,
    ///   `.invalidOperation` for a target below the source.
    @discardableResult
    public func copy(
        _ source: TreePath, to target: TreePath, overwrite: Bool = false, timeout: Duration? = nil
    ) async throws -> Revision {
        try await transplant(.copy(source, to: target, overwrite: overwrite), timeout: timeout)
    }

    /// Moves a whole subtree in one command; otherwise as ``copy(_:to:overwrite:timeout:)``.
    @discardableResult
    public func move(
        _ source: TreePath, to target: TreePath, overwrite: Bool = false, timeout: Duration? = nil
    ) async throws -> Revision {
        try await transplant(.move(source, to: target, overwrite: overwrite), timeout: timeout)
    }

    /// Copies or moves, and answers with the revision alone: the list of nodes may be long.
    private func transplant(
        _ operation: TreeOperation, timeout: Duration?
    ) async throws -> Revision {
        try await engine.submit(operation.forReceipt, timeout: timeout) { try $0.plainReceipt() }
    }

    private func write(
        _ operation: TreeOperation, at path: TreePath, timeout: Duration?
    ) async throws -> WriteReceipt {
        try await engine.submit(operation.forReceipt, timeout: timeout) {
            [published = engine.published] in
            try $0.writeReceipt(for: path, in: published)
        }
    }
}

extension TreeOperation {
    /// The same, listing what a receipt is made of; not the values, which may be large.
    fileprivate var forReceipt: TreeOperation {
        TreeOperation(
            kind, at: path, options: Options(returning: [.payloadVersion, .deleteReason]))
    }
}
