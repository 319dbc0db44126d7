import CBOR
package import KhepriTree

/// What applying one command gave its caller.
package struct CommandOutcome: Sendable {
    /// The revision of the command, or for a read, the revision it saw.
    ///
    /// A command that was sent more than once has that of its first application.
    package var revision: Revision
    /// The last change of payload of the one node a write was for.
    var modifiedRevision: Revision?
    package var result: OperationResult
    /// Whether this answers a command that was sent once more; its nodes are not kept then.
    var isRepetition = false
}

extension CommandOutcome {
    /// Whether the command succeeded, at ``revision``, and what it did is not known any more.
    var hasLostNodes: Bool {
        guard isRepetition, case .error(let error) = result else { return false }
        return error.code == .resultUnavailable
    }

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
    ///
    /// - Parameter tree: Shows what a repeated write did, unless it left the value as it was or
    ///   another command came after it.
    func writeReceipt(for path: TreePath, in tree: PublishedTree) throws -> WriteReceipt {
        if hasLostNodes, let node = tree.node(at: path)?.0, node.modifiedRevision == revision {
            return WriteReceipt(
                revision: revision, modifiedRevision: revision,
                payloadVersion: node.payloadVersion, expired: [])
        }
        let nodes = try nodes()
        let target = nodes.first { $0.path == path }
        return WriteReceipt(
            revision: revision,
            modifiedRevision: modifiedRevision ?? revision,
            payloadVersion: target?.payloadVersion ?? 1,
            expired: nodes.paths(deleted: .keepWhile))
    }

    /// The revision of a command of whose consequences nobody wants a list.
    func plainReceipt() throws -> Revision {
        if !hasLostNodes { _ = try nodes() }
        return revision
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

// The binary form: what a leader tells the member whose caller waits.
extension CommandOutcome {
    private enum Key {
        static let revision: UInt64 = 0
        static let modifiedRevision: UInt64 = 1
        static let result: UInt64 = 2
        static let isRepetition: UInt64 = 3
    }

    func encoded() -> [UInt8] {
        var writer = CBORWriter(capacity: 128)
        writer.writeMapHeader(2 + (modifiedRevision == nil ? 0 : 1) + (isRepetition ? 1 : 0))
        writer.writeUnsigned(Key.revision)
        writer.writeUnsigned(revision.rawValue)
        if let modifiedRevision {
            writer.writeUnsigned(Key.modifiedRevision)
            writer.writeUnsigned(modifiedRevision.rawValue)
        }
        writer.writeUnsigned(Key.result)
        result.write(to: &writer)
        if isRepetition {
            writer.writeUnsigned(Key.isRepetition)
            writer.writeBoolean(true)
        }
        return writer.finish()
    }

    /// - Throws: `CBORError` or an error of KhepriTree if the bytes are not those of an outcome.
    init(encoded bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { bytes in
            var reader = CBORReader(bytes)
            var revision = Revision.zero
            var modifiedRevision: Revision?
            var result: OperationResult?
            var isRepetition = false
            try reader.readFields { key, reader in
                switch key {
                case Key.revision: revision = Revision(try reader.readUnsigned())
                case Key.modifiedRevision: modifiedRevision = Revision(try reader.readUnsigned())
                case Key.result: result = try OperationResult(from: &reader)
                case Key.isRepetition: isRepetition = try reader.readBoolean()
                default: try reader.skip()
                }
            }
            try reader.expectEnd()
            guard let result else { throw CommandError(.malformed, "expected a result") }
            return CommandOutcome(
                revision: revision, modifiedRevision: modifiedRevision, result: result,
                isRepetition: isRepetition)
        }
    }
}
