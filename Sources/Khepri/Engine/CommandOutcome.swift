package import KhepriTree

/// What applying one command gave its caller.
package struct CommandOutcome: Sendable {
    /// The revision of the command, or for a read, the revision it saw.
    package var revision: Revision
    /// The last change of payload of the one node a write was for.
    var modifiedRevision: Revision?
    package var result: OperationResult
}

extension CommandOutcome {
    /// The nodes of the result; throws what stands there instead of nodes.
    func nodes() throws -> [ResultNode] {
        switch result {
        case .nodes(let nodes): return nodes
        case .error(let error): throw StoreError(error)
        case .aborted: throw StoreError(.aborted, "the batch aborted itself; nothing changed")
        case .boolean, .count, .results, .ok:
            throw StoreError(.invalidOperation, "expected nodes, found another kind of result")
        }
    }

    /// The receipt of a write to the one node at `path`.
    func writeReceipt(for path: TreePath) throws -> WriteReceipt {
        let nodes = try nodes()
        let target = nodes.first { $0.path == path }
        return WriteReceipt(
            revision: revision,
            modifiedRevision: modifiedRevision ?? revision,
            payloadVersion: target?.payloadVersion ?? 1,
            expired: nodes.paths(deleted: .keepWhile))
    }

    /// The receipt of a deletion.
    func deleteReceipt() throws -> DeleteReceipt {
        let nodes = try nodes()
        return DeleteReceipt(
            revision: revision,
            deleted: nodes.paths(deleted: .explicit),
            expired: nodes.paths(deleted: .keepWhile))
    }
}

extension [ResultNode] {
    /// The paths of the nodes that are gone for a reason.
    fileprivate func paths(deleted reason: DeleteReason) -> [TreePath] {
        filter { $0.deleteReason == reason }.map(\.path)
    }
}

extension StoreError {
    /// The error a caller sees for an operation that changed nothing.
    init(_ error: OperationError) {
        let code: Code
        switch error.code {
        case .nodeNotFound: code = .nodeNotFound
        case .mismatchingNode: code = .conditionFailed
        case .keepWhileConditionsNotMet: code = .keepWhileConditionFailed
        case .patternMatchesManyNodes: code = .patternMatchesManyNodes
        case .readOnlyTransaction, .invalidOperation: code = .invalidOperation
        case .invalidPath: code = .invalidPath
        case .aborted: code = .aborted
        case .sessionExpired: code = .sessionExpired
        case .tooManySessions: code = .overloaded
        case .resultUnavailable: code = .resultUnavailable
        }
        self.init(code, error.message, path: error.path, cause: error)
    }
}
