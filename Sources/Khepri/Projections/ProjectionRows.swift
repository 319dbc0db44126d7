import KhepriTree

/// The rows of a projection, and which node gave which.
@usableFromInline
struct ProjectionRows<Key: Hashable & Sendable, Row: Sendable>: Sendable {
    /// Which node gave a row.
    private struct Origin: Sendable {
        let path: TreePath
        let modifiedRevision: Revision
    }

    private let rule: ProjectionRule
    /// The row that counts of each key; alone, so that a read touches nothing else.
    @usableFromInline private(set) var shown: [Key: Row] = [:]
    /// Where these are from.
    private var origins: [Key: Origin] = [:]
    /// The other rows of keys that several nodes gave one for.
    private var hidden: [Key: [(row: Row, origin: Origin)]] = [:]
    /// The keys that each node gave rows for.
    private var keys: [TreePath: [Key]] = [:]

    init(_ rule: ProjectionRule) {
        self.rule = rule
    }

    var count: Int { shown.count }

    /// How many keys have rows of several nodes.
    var conflictCount: Int { hidden.count }

    var contents: [Key: Row] { shown.mapValues { $0 } }

    @inlinable
    subscript(key: Key) -> Row? { shown[key] }

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
            insert(key, row, Origin(path: path, modifiedRevision: revision))
        }
    }

    private mutating func insert(_ key: Key, _ row: Row, _ origin: Origin) {
        guard let present = origins[key], let former = shown[key] else {
            return show(row, origin, for: key)
        }
        guard comes(origin, before: present) else {
            hidden[key, default: []].append((row, origin))
            return
        }
        hidden[key, default: []].append((former, present))
        show(row, origin, for: key)
    }

    private mutating func show(_ row: Row, _ origin: Origin, for key: Key) {
        shown[key] = row
        origins[key] = origin
    }

    private mutating func remove(_ key: Key, of path: TreePath) {
        guard var others = hidden[key] else {
            shown[key] = nil
            origins[key] = nil
            return
        }
        if let place = others.firstIndex(where: { $0.origin.path == path }) {
            others.remove(at: place)
        } else if let next = others.indices.min(by: {
            comes(others[$0].origin, before: others[$1].origin)
        }) {
            let (row, origin) = others.remove(at: next)
            show(row, origin, for: key)
        }
        hidden[key] = others.isEmpty ? nil : others
    }

    private func comes(_ origin: Origin, before other: Origin) -> Bool {
        if rule == .lastModified, origin.modifiedRevision != other.modifiedRevision {
            return origin.modifiedRevision > other.modifiedRevision
        }
        return origin.path < other.path
    }
}
