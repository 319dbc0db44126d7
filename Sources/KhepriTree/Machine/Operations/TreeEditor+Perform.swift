extension TreeEditor {
    /// Applies the one operation, or the transaction, that a command is.
    mutating func perform(command operation: TreeOperation) throws(Interruption) -> OperationResult
    {
        switch operation.kind {
        case .transaction(let isReadOnly, let operations):
            return try performTransaction(operations, isReadOnly: isReadOnly)
        default:
            return try perform(operation)
        }
    }

    /// Applies one operation of a command.
    ///
    /// - Parameter isReadOnly: Whether it is in a read-only transaction.
    /// - Throws: ``Interruption``; nothing of the operation remains, if need be by ``rollBack()``.
    mutating func perform(
        _ operation: TreeOperation, isReadOnly: Bool = false
    ) throws(Interruption) -> OperationResult {
        if let read = try answer(operation) { return read }
        guard !isReadOnly || !operation.kind.isWrite else {
            throw .endsTransaction(
                OperationError(
                    .readOnlyTransaction, "expected no write in a read-only transaction"))
        }
        beginOperation()
        let options = operation.options
        switch operation.kind {
        case .put(let write):
            return try put(write, at: operation.path, guarding: .none, options)
        case .create(let write):
            return try put(write, at: operation.path, guarding: .exists(false), options)
        case .update(let write):
            return try put(write, at: operation.path, guarding: .exists(true), options)
        case .compareAndSwap(let expected, let write):
            return try put(write, at: operation.path, guarding: .payload(expected), options)
        case .clearPayload(let keepWhile):
            return try clearPayload(at: operation.path, keepWhile, options)
        case .putMany(let write):
            return try putMany(write, at: operation.path, isCreating: true, options)
        case .clearManyPayloads(let keepWhile):
            let write = TreeOperation.Write(payload: nil, keepWhile: keepWhile)
            return try putMany(write, at: operation.path, isCreating: false, options)
        case .delete:
            return try delete(at: operation.path, options)
        case .deleteMany:
            return try deleteMany(at: operation.path, options)
        case .copy(let source, let overwrite):
            return try copy(
                source, to: operation.path, overwrite: overwrite, isMove: false, options)
        case .move(let source, let overwrite):
            return try copy(source, to: operation.path, overwrite: overwrite, isMove: true, options)
        case .get, .getMany, .exists, .hasPayload, .count, .dump, .transaction, .abort,
            .abortIfError:
            throw .invalid("expected an operation that can stand here")
        }
    }

    /// Answers a read; nil when it is not a read.
    private mutating func answer(
        _ operation: TreeOperation
    ) throws(Interruption) -> OperationResult? {
        var visits = 0
        let result = try tree.answer(operation, visitLimit: visitsLeft, &visits)
        try visit(visits)
        return result
    }

    /// Clears the payload of a node; a missing one is no error.
    private mutating func clearPayload(
        at pattern: TreePattern, _ keepWhile: [KeepWhileEntry]?, _ options: TreeOperation.Options
    ) throws(Interruption) -> OperationResult {
        let write = TreeOperation.Write(payload: nil, keepWhile: keepWhile)
        do {
            return try put(write, at: pattern, guarding: .exists(true), options)
        } catch {
            guard case .refused(let refusal) = error, refusal.code == .nodeNotFound else {
                throw error
            }
            return .nodes([])
        }
    }

    /// Applies operations in order, later ones seeing what earlier ones did.
    mutating func performTransaction(
        _ operations: [TreeOperation], isReadOnly: Bool
    ) throws(Interruption) -> OperationResult {
        let count = operations.transactionCount
        guard count <= TreeLimits.transactionOperationsMaximum else {
            throw .invalid(
                "expected at most \(TreeLimits.transactionOperationsMaximum) operations, "
                    + "found \(count)")
        }
        if !isReadOnly { keepRestorePoint() }
        var results: [OperationResult] = []
        results.reserveCapacity(operations.count)
        for operation in operations {
            let result: OperationResult
            switch operation.kind {
            case .abort(let reason):
                throw .aborted(reason)
            case .abortIfError(let reason):
                if case .error = results.last { throw .aborted(reason) }
                result = .ok
            default:
                result = try performStep(operation, isReadOnly: isReadOnly)
            }
            results.append(result)
        }
        return .results(results)
    }

    /// Applies an operation of a transaction; an error is its result and the transaction goes on.
    private mutating func performStep(
        _ operation: TreeOperation, isReadOnly: Bool
    ) throws(Interruption) -> OperationResult {
        do {
            return try perform(operation, isReadOnly: isReadOnly)
        } catch {
            guard case .refused(let refusal) = error else { throw error }
            return .error(refusal)
        }
    }
}

extension TreeOperation.Kind {
    /// Whether the operation is answered from the tree alone, without an entry of the log.
    package var isRead: Bool {
        switch self {
        case .abort, .abortIfError: false
        default: !isWrite
        }
    }

    /// Whether the operation can change something.
    package var isWrite: Bool {
        switch self {
        case .put, .putMany, .create, .update, .compareAndSwap, .delete, .deleteMany,
            .clearPayload, .clearManyPayloads, .copy, .move:
            true
        case .transaction(let isReadOnly, _):
            !isReadOnly
        case .get, .getMany, .exists, .hasPayload, .count, .dump, .abort, .abortIfError:
            false
        }
    }
}
