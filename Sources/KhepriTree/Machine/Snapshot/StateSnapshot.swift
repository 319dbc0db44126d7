import CBOR

/// The whole state of a store at one revision, as a stream of bytes.
///
/// The stream is a CBOR sequence (RFC 8742) of byte strings, its *blocks*. The first block holds
/// the header, the others nodes in the order of their paths, so parents come before their children,
/// and then sessions in the order of their identities. The tree is a copy in constant time, so the
/// stream is made while commands are applied.
package final class StateSnapshot: @unchecked Sendable {
    // Unchecked: read by one thread at a time, once; the tree it holds is a copy.

    private let header: StateHeader
    private let sessionTable: SessionTable
    private lazy var sessions = sessionTable.sorted
    private var position = Position.header
    /// Stands at the next node to write; nil behind the last, so that the tree is let go.
    private var cursor: TreeCursor?
    private var contents = CBORWriter(capacity: 1024)

    private enum Position {
        case header
        case nodes
        /// From the session with this number on.
        case sessions(from: Int)
    }

    /// The revision of the last command it includes.
    package var revision: Revision { header.revision }
    /// The time of that command, in milliseconds.
    package var time: UInt64 { header.time }
    package var nodeCount: UInt64 { header.nodeCount }
    /// Names the history that the revision belongs to.
    package var history: SessionID { header.history }

    init(_ machine: TreeMachine) {
        header = StateHeader(machine)
        cursor = TreeCursor(machine.tree)
        sessionTable = machine.sessions
    }

    /// The next block, of about `byteLimit` bytes; nil after the last.
    package func next(byteLimit: Int) throws -> [UInt8]? {
        contents.reset()
        switch position {
        case .header:
            header.write(to: &contents)
            position = .nodes
        case .nodes:
            writeNodes(byteLimit: byteLimit)
            if cursor == nil { position = .sessions(from: 0) }
        case .sessions(let first):
            guard first < sessions.count else { return nil }
            var number = first
            repeat {
                SessionTable.write(sessions[number], to: &contents)
                number += 1
            } while number < sessions.count && contents.count < byteLimit
            position = .sessions(from: number)
        }
        var block = CBORWriter(capacity: contents.count + 16)
        contents.withUnsafeBytes { block.writeBytes($0) }
        return block.finish()
    }

    private func writeNodes(byteLimit: Int) {
        // Taken out and put back, so that its places are changed where they are.
        guard var cursor = cursor.take() else { return }
        repeat {
            cursor.withNode { Self.write($0, cursor.name, cursor.depth, to: &contents) }
            guard cursor.advance() else { return }
        } while contents.count < byteLimit
        self.cursor = cursor
    }

    /// A node: depth, name, versions, revisions, keep-while set or null, payload if there is one.
    private static func write(
        _ node: TreeNode, _ name: PathComponent?, _ depth: Int, to writer: inout CBORWriter
    ) {
        writer.writeArrayHeader(node.hasPayload ? 9 : 8)
        writer.writeUnsigned(UInt64(depth))
        if let name {
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
        node.withPayload { payload in
            if let payload { writer.writeEncoded(payload) }
        }
    }
}

extension TreeMachine {
    /// Takes hold of the state as it is, in constant time.
    package func makeSnapshot() -> StateSnapshot { StateSnapshot(self) }
}
