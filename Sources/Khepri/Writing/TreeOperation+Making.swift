import KhepriTree

// Writes of one node or subtree, as operations.
extension TreeOperation {
    static func put<Value: Encodable & Sendable>(
        _ value: Value, at path: TreePath, if condition: NodeCondition?,
        keepWhile: [KeepWhileEntry]?, limit: Int
    ) throws -> TreeOperation {
        let payload = try ValueCoding.payload(of: value, at: path, limit: limit)
        return try path.put(Write(payload: payload, keepWhile: keepWhile), if: condition)
    }

    static func putWithoutPayload(
        at path: TreePath, if condition: NodeCondition?, keepWhile: [KeepWhileEntry]?
    ) throws -> TreeOperation {
        try path.put(Write(payload: nil, keepWhile: keepWhile), if: condition)
    }

    static func compareAndSwap<Value: Encodable & Sendable>(
        _ expected: Value, with value: Value, at path: TreePath, limit: Int
    ) throws -> TreeOperation {
        let payload = try ValueCoding.payload(of: expected, at: path, limit: limit)
        return try put(
            value, at: path, if: .payloadMatches(try ValueCoding.pattern(of: payload)),
            keepWhile: nil, limit: limit)
    }

    static func clearPayload(at path: TreePath) -> TreeOperation {
        TreeOperation(.clearPayload(keepWhile: nil), at: TreePattern(path))
    }

    static func delete(_ path: TreePath, if condition: NodeCondition?) throws -> TreeOperation {
        TreeOperation(.delete, at: try path.guarded(by: condition))
    }

    static func deleteAll(matching pattern: TreePattern) -> TreeOperation {
        TreeOperation(.deleteMany, at: pattern)
    }

    static func copy(
        _ source: TreePath, to target: TreePath, overwrite: Bool
    ) -> TreeOperation {
        TreeOperation(.copy(from: source, overwrite: overwrite), at: TreePattern(target))
    }

    static func move(
        _ source: TreePath, to target: TreePath, overwrite: Bool
    ) -> TreeOperation {
        TreeOperation(.move(from: source, overwrite: overwrite), at: TreePattern(target))
    }

    /// Writes as one operation that aborts with the number of the first one that fails.
    static func together(_ operations: [TreeOperation]) throws -> TreeOperation {
        var guarded: [TreeOperation] = []
        guarded.reserveCapacity(2 * operations.count)
        for (index, operation) in operations.enumerated() {
            guarded.append(operation)
            let reason = try ValueCoding.payload(of: index, at: .root, limit: .max)
            guarded.append(TreeOperation(.abortIfError(reason: reason), at: TreePattern(.root)))
        }
        return TreeOperation(.transaction(readOnly: false, guarded), at: TreePattern(.root))
    }

    /// The error of writes that were applied together and aborted themselves.
    static func abortion(_ reason: Payload, of operations: [TreeOperation]) throws -> StoreError {
        let index = try reason.bytes.withUnsafeBytes {
            try ValueCoding.value(of: $0, at: .root, as: Int.self)
        }
        return StoreError(
            .aborted, "write \(index + 1) of \(operations.count) failed; nothing was applied",
            path: operations[index].path.exactPath)
    }
}
