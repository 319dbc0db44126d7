import CBOR

/// Builds the state of a store from the stream of a ``StateSnapshot``, in pieces of any size.
///
/// Nothing is trusted: order, limits, the number of nodes and the state hash are checked.
package struct StateLoader {
    private struct Header {
        var revision = Revision.zero
        var time: UInt64 = 0
        var nodeCount = 0
        var history = SessionID(high: 0, low: 0)
        var hash: UInt128 = 0
        var sessionCount = 0
    }

    private var header: Header?
    private var tree = Tree()
    private var names: [PathComponent] = []
    private var nodeCount = 0
    private var hash: UInt128 = 0
    private var sessions: [(id: SessionID, session: SessionTable.Session)] = []
    private var sets: [(TreePath, KeepWhileSet)] = []
    private var keepWhileCount = 0
    /// Bytes of a block that is not whole yet.
    private var rest: [UInt8] = []

    package init() {}

    /// Takes the next piece of the stream.
    ///
    /// - Throws: ``StateError`` or `CBORError` for bytes that are no state.
    package mutating func consume(_ bytes: [UInt8]) throws {
        rest += bytes
        var consumed = 0
        let buffer = rest
        try buffer.withUnsafeBytes { buffer in
            while let block = try Self.block(in: buffer, at: consumed) {
                try load(UnsafeRawBufferPointer(rebasing: buffer[block]))
                consumed = block.upperBound
            }
        }
        rest.removeFirst(consumed)
    }

    /// Ends the stream.
    ///
    /// - Throws: ``StateError`` if something is missing or the state hash is another one.
    package consuming func finish() throws -> TreeMachine {
        guard let header, rest.isEmpty else { throw StateError("the state ends too early") }
        guard nodeCount == header.nodeCount else {
            throw StateError("expected \(header.nodeCount) nodes, found \(nodeCount)")
        }
        guard sessions.count == header.sessionCount else {
            throw StateError("expected \(header.sessionCount) sessions, found \(sessions.count)")
        }
        let sessions = SessionTable(sessions)
        guard hash &+ sessions.hash == header.hash else {
            throw StateError("the state hash is not the one of the header")
        }
        return TreeMachine(
            history: header.history, revision: header.revision, time: header.time, tree: tree,
            sessions: sessions, treeHash: hash, keepWhileSets: sets,
            keepWhileCount: keepWhileCount)
    }

    /// The contents of the block at an offset, nil if it is not whole yet.
    private static func block(
        in buffer: UnsafeRawBufferPointer, at offset: Int
    ) throws -> Range<Int>? {
        guard offset < buffer.count else { return nil }
        let info = Int(buffer[offset] & 0x1F)
        guard buffer[offset] >> 5 == 2, info < 28 else {
            throw StateError("expected a block as a byte string")
        }
        let lengthBytes = info < 24 ? 0 : 1 << (info - 24)
        guard offset + 1 + lengthBytes <= buffer.count else { return nil }
        var length: UInt64 = info < 24 ? UInt64(info) : 0
        for index in 0..<lengthBytes {
            length = length << 8 | UInt64(buffer[offset + 1 + index])
        }
        // A block ends with the node that fills it, so it is never much larger than a command.
        guard length <= UInt64(2 * TreeLimits.commandBytesMaximum) else {
            throw StateError("expected a block of at most 32 MiB, found \(length) bytes")
        }
        let start = offset + 1 + lengthBytes
        guard Int(length) <= buffer.count - start else { return nil }
        return start..<start + Int(length)
    }

    private mutating func load(_ block: UnsafeRawBufferPointer) throws {
        var reader = CBORReader(block)
        guard header != nil else {
            header = try Self.readHeader(&reader)
            return try reader.expectEnd()
        }
        while !reader.isAtEnd {
            if nodeCount < header?.nodeCount ?? 0 {
                try loadNode(&reader)
            } else {
                sessions.append(try SessionTable.readSession(&reader, after: sessions.last?.id))
            }
        }
    }

    private static func readHeader(_ reader: inout CBORReader) throws -> Header {
        var header = Header()
        for _ in 0..<(try reader.readMapHeader()) {
            switch try reader.readUnsigned() {
            case 0: try expect(reader.readUnsigned(), atMost: StateSnapshot.version)
            case 1: try expect(reader.readUnsigned(), atMost: UInt64(TreeMachine.version))
            case 2: header.revision = Revision(try reader.readUnsigned())
            case 3: header.time = try reader.readUnsigned()
            case 4: header.nodeCount = try reader.readInteger(as: Int.self)
            case 5:
                guard try reader.readArrayHeader() == 4 else { throw StateError("short header") }
                header.history = SessionID(
                    high: try reader.readUnsigned(), low: try reader.readUnsigned())
                header.hash =
                    UInt128(try reader.readUnsigned()) << 64 | UInt128(try reader.readUnsigned())
            case 6: header.sessionCount = try reader.readInteger(as: Int.self)
            default: try reader.skip()
            }
        }
        return header
    }

    private static func expect(_ version: UInt64, atMost known: UInt64) throws {
        guard (1...known).contains(version) else {
            throw StateError("expected version \(known) at most, found \(version)")
        }
    }

    private mutating func loadNode(_ reader: inout CBORReader) throws {
        let partCount = try reader.readArrayHeader()
        guard 8...9 ~= partCount else { throw StateError("expected a node of 8 or 9 parts") }
        let depth = try reader.readInteger(as: Int.self)
        let path = try readPath(&reader, depth: depth)
        var fields = Tree.Fields(createdAt: .zero)
        fields.payloadVersion = try reader.readUnsigned()
        fields.childListVersion = try reader.readUnsigned()
        fields.createdRevision = Revision(try reader.readUnsigned())
        fields.modifiedRevision = Revision(try reader.readUnsigned())
        fields.childrenRevision = Revision(try reader.readUnsigned())
        try readKeepWhile(&reader, path, &fields)
        fields.payload = partCount == 9 ? .set(Array(try reader.readValidatedItem())) : .clear
        let last = max(fields.modifiedRevision, fields.childrenRevision)
        if depth == 0 {
            _ = tree.edit(path, at: last) { $0 = fields }
        } else {
            tree.insert(path, fields, at: last)
        }
        nodeCount += 1
        hash &+= tree.withNode(at: path) { $0?.stateHash(at: path) ?? 0 }
    }

    /// The path of the next node: below the one before it, or behind it.
    private mutating func readPath(
        _ reader: inout CBORReader, depth: Int
    ) throws -> TreePath {
        guard depth > 0 else {
            guard depth == 0, nodeCount == 0, try reader.readNullIfPresent() else {
                throw StateError("expected the root first and once")
            }
            return .root
        }
        let text = try reader.readTextBuffer()
        let name = try PathComponent(utf8: text.bindMemory(to: UInt8.self))
        guard nodeCount > 0, depth <= names.count + 1, depth <= TreeLimits.pathComponentsMaximum
        else { throw StateError("a node is without its parent") }
        guard depth > names.count || names[depth - 1] < name else {
            throw StateError("nodes are not in the order of their paths")
        }
        names.removeSubrange((depth - 1)...)
        names.append(name)
        return TreePath(components: names)
    }

    private mutating func readKeepWhile(
        _ reader: inout CBORReader, _ path: TreePath, _ fields: inout Tree.Fields
    ) throws {
        if try reader.readNullIfPresent() { return }
        keepWhileCount += 1
        if try reader.peekKind() == .boolean {
            guard try reader.readBoolean() else { throw StateError("expected true") }
            fields.attachment = KeepWhileSet.reclaimed
            return
        }
        var entries: [KeepWhileEntry] = []
        for _ in 0..<(try reader.readArrayHeader()) {
            entries.append(try KeepWhileEntry(from: &reader))
        }
        guard let set = KeepWhileSet.of(entries) else { throw StateError("an empty set") }
        fields.attachment = set
        sets.append((path, set))
    }
}
