import CBOR

/// The whole state of a store at one revision, as a stream of bytes.
///
/// The stream is a CBOR sequence (RFC 8742) of byte strings, its *blocks*. The first block holds the
/// header, the others nodes in the order of their paths, so parents come before their children.
/// The tree is a copy in constant time, so the stream is made while commands are applied.
package final class StateSnapshot: @unchecked Sendable {
    // Unchecked: read by one thread at a time, once; the tree it holds is a copy.

    /// The version of the format.
    static let version: UInt64 = 1

    private let tree: Tree
    private let header: [UInt8]
    private var position: Position = .header

    private enum Position {
        case header
        /// Behind this path; nil is before the root.
        case nodes(after: TreePath?)
        case end
    }

    init(_ machine: TreeMachine) {
        tree = machine.tree
        header = Self.encodeHeader(machine)
    }

    /// The next block, of about `byteLimit` bytes; nil after the last.
    package func next(byteLimit: Int) throws -> [UInt8]? {
        var writer = CBORWriter(capacity: max(byteLimit, 64) + 1024)
        switch position {
        case .end: return nil
        case .header:
            writer.writeBytes(header)
            position = .nodes(after: nil)
        case .nodes(let after):
            let (block, last) = nodes(after: after, byteLimit: byteLimit)
            guard let last else {
                position = .end
                return nil
            }
            writer.writeBytes(block)
            position = .nodes(after: last)
        }
        return writer.finish()
    }

    private func nodes(after: TreePath?, byteLimit: Int) -> ([UInt8], TreePath?) {
        var writer = CBORWriter(capacity: byteLimit + 1024)
        var last: TreePath?
        let everything = TreePattern(components: [.anyPath])
        tree.forEachMatch(of: everything, includesRoot: true, after: after) { path, node in
            Self.write(path, node, to: &writer)
            last = path
            return writer.count < byteLimit
        }
        return (writer.finish(), last)
    }

    /// A node: depth, name, versions, revisions, keep-while set or null, payload if there is one.
    private static func write(_ path: TreePath, _ node: TreeNode, to writer: inout CBORWriter) {
        writer.writeArrayHeader(node.hasPayload ? 9 : 8)
        writer.writeUnsigned(UInt64(path.depth))
        if let name = path.components.last {
            name.withUTF8 { writer.writeText(utf8: UnsafeRawBufferPointer($0)) }
        } else {
            writer.writeNull()
        }
        writer.writeUnsigned(node.payloadVersion)
        writer.writeUnsigned(node.childListVersion)
        writer.writeUnsigned(node.createdRevision)
        writer.writeUnsigned(node.modifiedRevision)
        writer.writeUnsigned(node.childrenRevision)
        switch node.keepWhileSet {
        case nil: writer.writeNull()
        case .some(let set) where set === KeepWhileSet.reclaimed: writer.writeBoolean(true)
        case .some(let set): writer.writeEncoded(KeepWhileSet.encode(set.entries))
        }
        if let payload = node.payload { writer.writeEncoded(payload.bytes) }
    }

    private static func encodeHeader(_ machine: TreeMachine) -> [UInt8] {
        var writer = CBORWriter(capacity: 256)
        writer.writeMapHeader(7)
        let words: [(UInt64, UInt64)] = [
            (0, version), (1, UInt64(TreeMachine.version)), (2, machine.revision.rawValue),
            (3, machine.time), (4, UInt64(machine.tree.nodeCount)),
        ]
        for (key, word) in words {
            writer.writeUnsigned(key)
            writer.writeUnsigned(word)
        }
        writer.writeUnsigned(5)
        writer.writeArrayHeader(4)
        let hash = machine.stateHash
        let halves = [UInt64(hash >> 64), UInt64(truncatingIfNeeded: hash)]
        for word in [machine.history.high, machine.history.low] + halves {
            writer.writeUnsigned(word)
        }
        writer.writeUnsigned(6)
        machine.sessions.write(to: &writer)
        return writer.finish()
    }
}

extension TreeMachine {
    /// Takes hold of the state as it is, in constant time beside the sessions.
    package func makeSnapshot() -> StateSnapshot { StateSnapshot(self) }
}

extension SessionTable {
    /// An array of sessions: identity, time, lowest unanswered sequence, outcomes.
    func write(to writer: inout CBORWriter) {
        let sessions = sorted
        writer.writeArrayHeader(sessions.count)
        for (id, session) in sessions {
            writer.writeArrayHeader(5)
            for word in [id.high, id.low, session.time, session.lowestUnanswered] {
                writer.writeUnsigned(word)
            }
            writer.writeArrayHeader(session.outcomes.count)
            for outcome in session.outcomes {
                writer.writeArrayHeader(3)
                writer.writeUnsigned(outcome.sequence)
                writer.writeUnsigned(outcome.revision.rawValue)
                writer.writeUnsigned(outcome.error?.number ?? 0)
            }
        }
    }

    /// Reads what ``write(to:)`` wrote.
    init(from reader: inout CBORReader) throws {
        self.init()
        var list: [(id: SessionID, session: Session)] = []
        for _ in 0..<(try reader.readArrayHeader()) {
            guard try reader.readArrayHeader() == 5 else { throw StateError("a session is short") }
            let id = SessionID(high: try reader.readUnsigned(), low: try reader.readUnsigned())
            var session = Session(time: try reader.readUnsigned())
            session.lowestUnanswered = try reader.readUnsigned()
            for _ in 0..<(try reader.readArrayHeader()) {
                guard try reader.readArrayHeader() == 3 else {
                    throw StateError("an outcome is short")
                }
                let sequence = try reader.readUnsigned()
                let revision = Revision(try reader.readUnsigned())
                let number = try reader.readUnsigned()
                let error = OperationError.Code(number: number)
                guard (error == nil) == (number == 0) else {
                    throw StateError("expected the number of an error, found \(number)")
                }
                session.outcomes.append(
                    Outcome(sequence: sequence, revision: revision, error: error))
            }
            guard list.last.map({ $0.id < id }) ?? true else {
                throw StateError("sessions are not in order")
            }
            list.append((id, session))
        }
        self.init(list)
    }
}

/// Why bytes are not the state of a store.
package struct StateError: Error, Sendable, CustomStringConvertible {
    /// What was expected and what was found.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
