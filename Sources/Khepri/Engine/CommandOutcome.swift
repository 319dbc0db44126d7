import CBOR
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
    package init(_ error: OperationError) {
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

// The binary form: what a leader tells the member whose caller waits.
extension CommandOutcome {
    private enum Key {
        static let revision: UInt64 = 0
        static let modifiedRevision: UInt64 = 1
        static let result: UInt64 = 2
    }

    func encoded() -> [UInt8] {
        var writer = CBORWriter(capacity: 128)
        writer.writeMapHeader(modifiedRevision == nil ? 2 : 3)
        writer.writeUnsigned(Key.revision)
        writer.writeUnsigned(revision.rawValue)
        if let modifiedRevision {
            writer.writeUnsigned(Key.modifiedRevision)
            writer.writeUnsigned(modifiedRevision.rawValue)
        }
        writer.writeUnsigned(Key.result)
        result.write(to: &writer)
        return writer.finish()
    }

    /// - Throws: `CBORError` or an error of KhepriTree if the bytes are not those of an outcome.
    init(encoded bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { bytes in
            var reader = CBORReader(bytes)
            var revision = Revision.zero
            var modifiedRevision: Revision?
            var result: OperationResult?
            try reader.readFields { key, reader in
                switch key {
                case Key.revision: revision = Revision(try reader.readUnsigned())
                case Key.modifiedRevision: modifiedRevision = Revision(try reader.readUnsigned())
                case Key.result: result = try OperationResult(from: &reader)
                default: try reader.skip()
                }
            }
            try reader.expectEnd()
            guard let result else { throw CommandError(.malformed, "expected a result") }
            return CommandOutcome(
                revision: revision, modifiedRevision: modifiedRevision, result: result)
        }
    }
}
