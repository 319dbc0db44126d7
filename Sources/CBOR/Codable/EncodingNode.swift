/// One item while it is encoded, and the encoder that a value sees.
///
/// Containers of one value may be open at the same time and maps are sorted, so items are collected:
/// scalars and keys as bytes in the session's arena, arrays and maps as entries that point there.
final class EncodingNode {
    /// One element, or one key with its value.
    struct Entry {
        /// The encoded key in the arena, empty in an array.
        let name: Range<Int>
        let value: Slot
    }

    /// Where a value is.
    enum Slot {
        case item(Range<Int>)
        case node(EncodingNode)
    }

    /// What the value has turned out to be.
    enum Content {
        case nothing, array, map
        case item(Range<Int>)
    }

    let session: EncodingSession
    let path: CodingPath?
    // Confined to one call of `encode`, as the session.
    @exclusivity(unchecked) private var content: Content = .nothing
    @exclusivity(unchecked) private(set) var entries: [Entry] = []

    init(_ session: EncodingSession, path: CodingPath?) {
        self.session = session
        self.path = path
    }

    // MARK: The whole item

    /// Encodes one value as the whole item.
    func encode<Value: Encodable>(_ value: Value) throws {
        try checkIsEmpty(for: value)
        let start = session.arena.count
        if try session.append(value, at: path, depth: path.count) {
            content = .item(start..<session.arena.count)
        } else {
            try value.encode(to: self)
        }
    }

    /// Encodes `null` as the whole item.
    func encodeNil() throws {
        try checkIsEmpty(for: Any?.none as Any)
        content = .item(session.appendNil())
    }

    /// The node for the entries of a container: this one, unless it is something else already.
    func container(_ kind: Content) -> EncodingNode {
        switch (content, kind) {
        case (.array, .array), (.map, .map):
            return self
        case (.nothing, _) where path.count < CBORLimit.depthMaximum:
            content = kind
            return self
        case (.nothing, _):
            session.fail(Self.tooDeep, path: path)
        default:
            session.fail("expected one kind of container, found another one", path: path)
        }
        return EncodingNode(session, path: path)
    }

    // MARK: Entries

    /// Encodes one value as an element, or as the value of a key.
    @inline(__always)
    func append<Value: Encodable>(
        _ value: Value, name: Range<Int> = 0..<0, path: @autoclosure () -> CodingPath
    ) throws {
        let start = session.arena.count
        if try session.append(value, at: path(), depth: self.path.count + 1) {
            let span = start..<session.arena.count
            entries.append(Entry(name: name, value: .item(span)))
            return
        }
        let child = EncodingNode(session, path: path())
        try child.checkDepth(for: value)
        try value.encode(to: child)
        entries.append(Entry(name: name, value: .node(child)))
    }

    /// Encodes `null` as an element, or as the value of a key.
    func appendNil(name: Range<Int> = 0..<0) {
        entries.append(Entry(name: name, value: .item(session.appendNil())))
    }

    /// Adds an item to be filled later.
    ///
    /// A key that has one keeps it: a class and its superclass may open the same nested container.
    func appendNode(name: Range<Int> = 0..<0, path: CodingPath) -> EncodingNode {
        for entry in entries where !name.isEmpty && session.isEqual(entry.name, name) {
            if case .node(let node) = entry.value { return node }
        }
        let child = EncodingNode(session, path: path)
        entries.append(Entry(name: name, value: .node(child)))
        return child
    }

    // MARK: Checks

    private static let tooDeep =
        "expected at most \(CBORLimit.depthMaximum) nested arrays and maps, found more"

    private func checkIsEmpty(for value: Any) throws {
        if case .nothing = content { return }
        throw EncodingError.invalidValue(
            value,
            .init(
                codingPath: path.keys, debugDescription: "expected one value, found another one"))
    }

    private func checkDepth(for value: Any) throws {
        guard path.count > CBORLimit.depthMaximum else { return }
        throw EncodingError.invalidValue(
            value, .init(codingPath: path.keys, debugDescription: Self.tooDeep))
    }
}

// MARK: Output

extension EncodingNode {
    /// Writes the whole value, whose root this is.
    func finish(to writer: inout CBORWriter) throws {
        if let failure = session.failure { throw failure }
        session.arena.withUnsafeBytes { write(to: &writer, arena: $0) }
    }

    /// Writes the item; a value that encoded nothing is an empty map.
    fileprivate func write(to writer: inout CBORWriter, arena: UnsafeRawBufferPointer) {
        switch content {
        case .item(let span):
            writer.writeEncoded(UnsafeRawBufferPointer(rebasing: arena[span]))
        case .array:
            writer.writeArrayHeader(entries.count)
            for entry in entries { entry.write(to: &writer, arena: arena) }
        case .nothing, .map:
            sortEntries(arena)
            writer.writeMapHeader(entries.count)
            for entry in entries {
                writer.writeEncoded(UnsafeRawBufferPointer(rebasing: arena[entry.name]))
                entry.write(to: &writer, arena: arena)
            }
        }
    }

    /// Puts the entries in the order of RFC 8949 §4.2.1; of several with one key, the last stays.
    private func sortEntries(_ arena: UnsafeRawBufferPointer) {
        // The sort is stable.
        entries.sort { $0.order($1, arena) < 0 }
        for index in entries.indices.dropFirst().reversed()
        where entries[index - 1].order(entries[index], arena) == 0 {
            entries.remove(at: index - 1)
        }
    }
}

extension EncodingNode.Entry {
    fileprivate func write(to writer: inout CBORWriter, arena: UnsafeRawBufferPointer) {
        switch value {
        case .item(let span): writer.writeEncoded(UnsafeRawBufferPointer(rebasing: arena[span]))
        case .node(let node): node.write(to: &writer, arena: arena)
        }
    }

    fileprivate func order(_ other: Self, _ arena: UnsafeRawBufferPointer) -> Int {
        ByteOrder.compareKeys(
            UnsafeRawBufferPointer(rebasing: arena[name]),
            UnsafeRawBufferPointer(rebasing: arena[other.name]))
    }
}
