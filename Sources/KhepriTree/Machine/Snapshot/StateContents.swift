import CBOR

/// What the blocks of a state held so far: the header, then nodes, then sessions.
struct StateContents {
    /// No version can be as high, so one more never overflows.
    private static let nodeVersionMaximum: UInt64 = 1 << 62

    private var header: StateHeader?
    /// The nodes, nil before the root.
    private var builder: TreeBuilder?
    private var nodeCount: UInt64 = 0
    /// Of each node on the way to the last one: the hash of a path below it, up to the last name.
    private var pathHashes: [SipHash128] = []
    private var hash: UInt128 = 0
    private var sets: [(TreePath, KeepWhileSet)] = []
    private var keepWhileCount = 0
    private var keepWhileByteCount = 0
    private var sessions: [(id: SessionID, session: SessionTable.Session)] = []

    /// Takes in the contents of a block, which begin at an offset in the stream.
    mutating func load(_ block: UnsafeRawBufferPointer, at offset: Int) throws {
        var reader = CBORReader(block)
        var itemStart = 0
        do {
            guard let header else {
                header = try StateHeader(from: &reader)
                return try reader.expectEnd()
            }
            while !reader.isAtEnd {
                itemStart = reader.offset
                if nodeCount < header.nodeCount {
                    try loadNode(&reader, header)
                } else {
                    try loadSession(&reader, header)
                }
            }
        } catch {
            throw StateError(error, at: offset + itemStart, in: part)
        }
    }

    /// What is being loaded, for errors.
    private var part: String {
        guard let header else { return "the header" }
        guard nodeCount < header.nodeCount else { return "session \(sessions.count + 1)" }
        guard let builder else { return "the root" }
        return "node \(nodeCount + 1), which follows \(builder.path)"
    }

    /// Ends the state.
    consuming func finish() throws -> TreeMachine {
        guard let header else { throw StateError("expected the header of a state, found no bytes") }
        guard nodeCount == header.nodeCount, let builder else {
            throw StateError("expected \(header.nodeCount) nodes, found \(nodeCount)")
        }
        guard sessions.count == header.sessionCount else {
            throw StateError("expected \(header.sessionCount) sessions, found \(sessions.count)")
        }
        let sessions = SessionTable(sessions)
        guard hash &+ sessions.hash &+ header.catalogue.hash &+ header.leases.hash == header.hash
        else {
            throw StateError("the state hash is not the one of the header")
        }
        return TreeMachine(
            history: header.history, revision: header.revision, time: header.time,
            tree: builder.finish(), sessions: sessions, catalogue: header.catalogue,
            leases: header.leases, treeHash: hash, keepWhileSets: sets,
            keepWhileCount: keepWhileCount, keepWhileByteCount: keepWhileByteCount)
    }
}

extension StateContents {
    private mutating func loadNode(_ reader: inout CBORReader, _ header: StateHeader) throws {
        let partCount = try reader.readArrayHeader()
        guard 8...9 ~= partCount else {
            throw StateError("expected a node of 8 or 9 parts, found \(partCount)")
        }
        let (name, depth) = try readPlace(&reader)
        var fields = try Self.readNumbers(&reader, atMost: header.revision)
        let set = try Self.readKeepWhile(&reader, header.leases)
        fields.attachment = set
        let payload = partCount == 9 ? try Self.readPayload(&reader) : .init(start: nil, count: 0)

        let node = fields.makeNode(payload: payload)
        hash &+= node.stateHash(under: pathHash(name, depth))
        if let name {
            builder?.add(name, node, atDepth: depth)
        } else {
            builder = TreeBuilder(root: node)
        }
        nodeCount += 1
        guard let set else { return }
        keepWhileCount += 1
        keepWhileByteCount += set.byteCount
        if set !== KeepWhileSet.reclaimed { sets.append((builder?.path ?? .root, set)) }
    }

    /// Name and depth of the next node, which is below or behind the one before it; the root's name
    /// is nil.
    private func readPlace(_ reader: inout CBORReader) throws -> (PathComponent?, depth: Int) {
        let depth = try reader.readUnsigned()
        guard let builder else {
            guard depth == 0, try reader.readNullIfPresent() else {
                throw StateError("expected the root, found a node at depth \(depth)")
            }
            return (nil, 0)
        }
        guard 1...UInt64(TreeLimits.pathComponentsMaximum) ~= depth else {
            throw StateError("expected a depth of 1 to 64, found \(depth)")
        }
        let text = try reader.readTextBuffer()
        let name = try PathComponent(wellFormed: text.bindMemory(to: UInt8.self))
        guard depth <= builder.depth + 1 else {
            throw StateError("expected the parent of a node first, found depth \(depth)")
        }
        guard builder.isNext(name, atDepth: Int(depth)) else {
            throw StateError("expected a name behind those of its siblings, found \(name)")
        }
        return (name, Int(depth))
    }

    private static func readNumbers(
        _ reader: inout CBORReader, atMost revision: Revision
    ) throws -> Tree.Fields {
        var fields = Tree.Fields(createdAt: .zero)
        fields.payloadVersion = try reader.readUnsigned()
        fields.childListVersion = try reader.readUnsigned()
        fields.createdRevision = Revision(try reader.readUnsigned())
        fields.modifiedRevision = Revision(try reader.readUnsigned())
        fields.childrenRevision = Revision(try reader.readUnsigned())
        for version in [fields.payloadVersion, fields.childListVersion] {
            guard 1...nodeVersionMaximum ~= version else {
                throw StateError("expected a version from 1, found \(version)")
            }
        }
        guard fields.createdRevision <= revision else {
            throw StateError(
                "expected revisions up to \(revision.rawValue), found "
                    + "\(fields.createdRevision.rawValue)")
        }
        for changed in [fields.modifiedRevision, fields.childrenRevision] {
            guard fields.createdRevision...revision ~= changed else {
                throw StateError(
                    "expected a revision from \(fields.createdRevision.rawValue) to "
                        + "\(revision.rawValue), found \(changed.rawValue)")
            }
        }
        return fields
    }

    private static func readKeepWhile(
        _ reader: inout CBORReader, _ leases: LeaseTable
    ) throws -> KeepWhileSet? {
        if try reader.readNullIfPresent() { return nil }
        if try reader.peekKind() == .boolean {
            guard try reader.readBoolean() else { throw StateError("expected true, found false") }
            return KeepWhileSet.reclaimed
        }
        let count = try reader.readArrayHeader()
        let entries = try reader.readParts(count) { try KeepWhileEntry(from: &$0) }
        for case .lease(let id) in entries.map(\.watched) where !leases.contains(id) {
            throw StateError("expected a lease of the header, found another")
        }
        guard let set = KeepWhileSet.of(entries) else {
            throw StateError("expected a keep-while condition, found none")
        }
        return set
    }

    private static func readPayload(
        _ reader: inout CBORReader
    ) throws -> UnsafeRawBufferPointer {
        let payload = try reader.readValidatedItem()
        guard payload.count <= TreeLimits.payloadBytesMaximum else {
            throw StateError(
                "expected a payload of at most \(TreeLimits.payloadBytesMaximum) bytes, "
                    + "found \(payload.count)")
        }
        return payload
    }

    /// The hash of all that begins with the path of the next node; siblings share its beginning.
    private mutating func pathHash(_ name: PathComponent?, _ depth: Int) -> SipHash128 {
        guard let name else { return StateHash.begin([], depth: 0) }
        if pathHashes.count > depth { pathHashes.removeSubrange(depth...) }
        if pathHashes.count < depth {
            let parent = builder?.path ?? .root
            pathHashes.append(StateHash.begin(parent.components, depth: depth))
        }
        var hash = pathHashes[depth - 1]
        hash.append(name)
        return hash
    }

    private mutating func loadSession(_ reader: inout CBORReader, _ header: StateHeader) throws {
        guard sessions.count < header.sessionCount else {
            throw StateError("expected the end, found more than the header counts")
        }
        guard sessions.count < SessionTable.sessionsMaximum else {
            throw StateError(
                "expected at most \(SessionTable.sessionsMaximum) sessions, found more")
        }
        let (id, session) = try SessionTable.readSession(&reader, after: sessions.last?.id)
        guard session.time <= header.time else {
            throw StateError("expected a time up to \(header.time), found \(session.time)")
        }
        for outcome in session.outcomes where outcome.revision > header.revision {
            throw StateError(
                "expected revisions up to \(header.revision.rawValue), found "
                    + "\(outcome.revision.rawValue)")
        }
        sessions.append((id, session))
    }
}
