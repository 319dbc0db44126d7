import CBOR

/// The whole state of a store at one revision, as a stream of bytes.
///
/// The stream is a CBOR sequence (RFC 8742) of byte strings, its *blocks*. The first block holds
/// the header, the others nodes in the order of their paths, so parents come before their children,
/// and then sessions in the order of their identities. The tree is a copy in constant time, so the
/// stream is made while commands are applied.
package final class StateSnapshot: @unchecked Sendable {
    // Unchecked: read by one thread at a time, once; the tree it holds is a copy.

    /// The version of the format.
    static let version: UInt64 = 1

    private let tree: Tree
    private let sessionTable: SessionTable
    private lazy var sessions = sessionTable.sorted
    private let header: [UInt8]
    private var position: Position = .header

    private enum Position {
        case header
        /// Behind this path; nil is before the root.
        case nodes(after: TreePath?)
        /// From the session with this number on.
        case sessions(from: Int)
    }

    init(_ machine: TreeMachine) {
        tree = machine.tree
        sessionTable = machine.sessions
        header = Self.encodeHeader(machine)
    }

    /// The next block, of about `byteLimit` bytes; nil after the last.
    package func next(byteLimit: Int) throws -> [UInt8]? {
        let block: [UInt8]
        switch position {
        case .header:
            block = header
            position = .nodes(after: nil)
        case .nodes(let after):
            let (nodes, last) = nodes(after: after, byteLimit: byteLimit)
            block = nodes
            position = last.map { .nodes(after: $0) } ?? .sessions(from: 0)
            if last == nil { return try next(byteLimit: byteLimit) }
        case .sessions(let first):
            guard first < sessions.count else { return nil }
            var writer = CBORWriter(capacity: byteLimit + 1024)
            var number = first
            while number < sessions.count, writer.count < byteLimit || number == first {
                SessionTable.write(sessions[number], to: &writer)
                number += 1
            }
            block = writer.finish()
            position = .sessions(from: number)
        }
        var writer = CBORWriter(capacity: block.count + 16)
        writer.writeBytes(block)
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
        writer.writeUnsigned(UInt64(machine.sessionCount))
        return writer.finish()
    }
}

extension TreeMachine {
    /// Takes hold of the state as it is, in constant time.
    package func makeSnapshot() -> StateSnapshot { StateSnapshot(self) }
}

/// Why bytes are not the state of a store.
package struct StateError: Error, Sendable, CustomStringConvertible {
    /// What was expected and what was found.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
