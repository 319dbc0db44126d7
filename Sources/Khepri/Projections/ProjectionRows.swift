import KhepriTree

/// The rows of a projection, and which node gave which.
struct ProjectionRows<Key: Hashable & Sendable, Row: Sendable>: ~Copyable {
    private let rule: ProjectionRule
    /// The row that counts of each key.
    private var shown = RowTable<Key, Row>()
    /// The other rows of keys that several nodes gave one for.
    private var hidden: [Key: [(row: Row, origin: RowOrigin)]] = [:]
    /// The keys that each node gave rows for.
    private var keys: [TreePath: [Key]] = [:]

    init(_ rule: ProjectionRule) {
        self.rule = rule
    }

    /// For those who read; another one after each change.
    var lookup: RowLookup<Key, Row> { shown.lookup }

    var count: Int { shown.count }

    /// How many keys have rows of several nodes.
    var conflictCount: Int { hidden.count }

    var contents: [Key: Row] {
        var contents = [Key: Row](minimumCapacity: shown.count)
        shown.forEach { contents[$0] = $1 }
        return contents
    }

    /// Replaces the rows that a node gave.
    ///
    /// - Parameter rows: With different keys.
    mutating func replace(
        _ path: TreePath, modifiedAt revision: Revision, by rows: [(key: Key, row: Row)]
    ) {
        for key in keys.removeValue(forKey: path) ?? [] { remove(key, of: path) }
        guard !rows.isEmpty else { return }
        keys[path] = rows.map(\.key)
        for (key, row) in rows {
            insert(key, row, RowOrigin(path: path, modifiedRevision: revision))
        }
    }

    private mutating func insert(_ key: Key, _ row: Row, _ origin: RowOrigin) {
        if let present = shown.origin(of: key), comes(present, before: origin) {
            hidden[key, default: []].append((row, origin))
        } else if let former = shown.put(row, origin, for: key) {
            hidden[key, default: []].append(former)
        }
    }

    private mutating func remove(_ key: Key, of path: TreePath) {
        guard var others = hidden[key] else { return shown.remove(key) }
        if let place = others.firstIndex(where: { $0.origin.path == path }) {
            others.remove(at: place)
        } else if let next = others.indices.min(by: {
            comes(others[$0].origin, before: others[$1].origin)
        }) {
            let (row, origin) = others.remove(at: next)
            shown.put(row, origin, for: key)
        }
        hidden[key] = others.isEmpty ? nil : others
    }

    private func comes(_ origin: RowOrigin, before other: RowOrigin) -> Bool {
        if rule == .lastModified, origin.modifiedRevision != other.modifiedRevision {
            return origin.modifiedRevision > other.modifiedRevision
        }
        return origin.path < other.path
    }
}
