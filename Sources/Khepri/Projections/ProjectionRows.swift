import KhepriTree

/// The rows of a projection, and which node gave which.
struct ProjectionRows<Key: Hashable & Sendable, Row: Sendable>: Sendable {
    private struct Entry: Sendable {
        let row: Row
        let path: TreePath
        let modifiedRevision: Revision
    }

    private let rule: ProjectionRule
    /// The row that counts of each key.
    private var entries: [Key: Entry] = [:]
    /// The other rows of keys that several nodes gave one for.
    private var hidden: [Key: [Entry]] = [:]
    /// The keys that each node gave rows for.
    private var keys: [TreePath: [Key]] = [:]

    init(_ rule: ProjectionRule) {
        self.rule = rule
    }

    var count: Int { entries.count }

    /// How many keys have rows of several nodes.
    var conflictCount: Int { hidden.count }

    var contents: [Key: Row] { entries.mapValues(\.row) }

    @inline(__always)
    subscript(key: Key) -> Row? { entries[key]?.row }

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
            insert(key, Entry(row: row, path: path, modifiedRevision: revision))
        }
    }

    private mutating func insert(_ key: Key, _ entry: Entry) {
        guard let present = entries[key] else {
            entries[key] = entry
            return
        }
        let isFirst = comes(entry, before: present)
        hidden[key, default: []].append(isFirst ? present : entry)
        if isFirst { entries[key] = entry }
    }

    private mutating func remove(_ key: Key, of path: TreePath) {
        guard var others = hidden[key] else {
            entries[key] = nil
            return
        }
        if let place = others.firstIndex(where: { $0.path == path }) {
            others.remove(at: place)
        } else if let next = others.indices.min(by: { comes(others[$0], before: others[$1]) }) {
            entries[key] = others.remove(at: next)
        }
        hidden[key] = others.isEmpty ? nil : others
    }

    private func comes(_ entry: Entry, before other: Entry) -> Bool {
        if rule == .lastModified, entry.modifiedRevision != other.modifiedRevision {
            return entry.modifiedRevision > other.modifiedRevision
        }
        return entry.path < other.path
    }
}
