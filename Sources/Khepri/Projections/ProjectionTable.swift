import KhepriTree
import RaftRuntime
import Synchronization

/// What the hub does with a projection, whatever its rows are.
protocol MaintainedProjection: AnyObject, Sendable {
    /// Makes the rows of a whole tree; on any thread, at any time.
    func prepare(_ tree: Tree) -> any Sendable
    /// Shows what ``prepare(_:)`` made.
    func install(_ prepared: any Sendable, at revision: Revision)
    /// Takes in changes of nodes that may match, in order, up to a revision.
    func apply(_ changes: [RecordedChange], through revision: Revision)
    /// Which nodes it is made of.
    var pattern: TreePattern { get }
}

/// The rows of a projection, for one that changes them and any number of readers.
///
/// Sendable: the rows are read under the read lock and changed under the write lock only, by who holds the
/// lock of the hub.
@usableFromInline
final class ProjectionTable<Key: Hashable & Sendable, Row: Sendable>: @unchecked Sendable {
    private typealias Rows = ProjectionRows<Key, Row>
    /// Makes the rows of a node.
    typealias Maker =
        @Sendable (
            TreePath, NodeProperties, UnsafeRawBufferPointer?
        ) throws -> [(key: Key, row: Row)]

    /// Nodes that gave no row because the function failed.
    struct Failures: Sendable {
        var count = 0
        var last: StoreError?
    }

    let pattern: TreePattern
    private let walk: PatternWalk
    private let rule: ProjectionRule
    private let maker: Maker
    @usableFromInline let lock = StripedLock()
    private var rows: Rows
    /// Where the rows lie.
    @usableFromInline private(set) var lookup: RowLookup<Key, Row>
    private let shown = Atomic<UInt64>(0)
    private let noted = Lock(Failures())

    init(_ pattern: TreePattern, _ rule: ProjectionRule, _ maker: @escaping Maker) {
        self.pattern = pattern
        walk = PatternWalk(pattern)
        self.rule = rule
        self.maker = maker
        rows = Rows(rule)
        lookup = rows.lookup
    }

    /// All of this revision is in the rows.
    var revision: Revision { Revision(shown.load(ordering: .acquiring)) }

    var failures: Failures { noted.withLock { $0 } }

    /// The row of a key; inlined where the types of keys and rows are known, for speed.
    @inlinable
    subscript(key: Key) -> Row? {
        let slot = lock.beginReading()
        defer { lock.endReading(slot) }
        return lookup[key]
    }

    /// How many rows there are.
    var count: Int { lock.withReadLock { rows.count } }

    /// A copy of all rows.
    var contents: [Key: Row] { lock.withReadLock { rows.contents } }

    /// How many keys have rows of several nodes.
    var conflictCount: Int { lock.withReadLock { rows.conflictCount } }

    /// Changes the rows while nobody reads them.
    private func show(_ revision: Revision, _ change: (inout Rows) -> Void) {
        lock.withWriteLock {
            change(&rows)
            lookup = rows.lookup
            shown.store(revision.rawValue, ordering: .releasing)
        }
    }

    private func make(
        _ path: TreePath, _ properties: NodeProperties, _ payload: UnsafeRawBufferPointer?
    ) -> [(key: Key, row: Row)] {
        do {
            let made = try maker(path, properties, payload)
            guard made.count > 1 else { return made }
            return distinct(made, path)
        } catch {
            let error =
                error as? StoreError
                ?? StoreError(
                    .invalidOperation, "the function of a projection failed: \(error)",
                    path: path, cause: error)
            note(error)
            return []
        }
    }

    /// The last row of each key.
    private func distinct(
        _ made: [(key: Key, row: Row)], _ path: TreePath
    ) -> [(key: Key, row: Row)] {
        var places: [Key: Int] = [:]
        for (place, row) in made.enumerated() { places[row.key] = place }
        guard places.count < made.count else { return made }
        note(
            StoreError(
                .invalidOperation, "expected rows with different keys, found two with the same",
                path: path))
        return made.indices.filter { places[made[$0].key] == $0 }.map { made[$0] }
    }

    private func note(_ error: StoreError) {
        noted.withLock { failures in
            failures.count += 1
            failures.last = error
        }
    }
}

extension ProjectionTable: MaintainedProjection {
    /// What waits to be shown.
    ///
    /// Sendable: `prepare` fills it before anybody else has it, and `install` empties it.
    private final class Prepared: @unchecked Sendable {
        var rows: Rows

        init(_ rule: ProjectionRule) { rows = Rows(rule) }
    }

    func prepare(_ tree: Tree) -> any Sendable {
        let prepared = Prepared(rule)
        tree.forEachMatch(of: pattern) { path, node in
            let properties = NodeProperties(node)
            let made = node.withPayload { make(path, properties, $0) }
            prepared.rows.replace(path, modifiedAt: properties.modifiedRevision, by: made)
            return true
        }
        return prepared
    }

    func install(_ prepared: any Sendable, at revision: Revision) {
        guard let prepared = prepared as? Prepared else {
            preconditionFailure("a projection shows what it has prepared")
        }
        show(revision) { swap(&$0, &prepared.rows) }
    }

    func apply(_ changes: [RecordedChange], through revision: Revision) {
        // The function is the user's, and readers need not wait for it.
        let made = changes.compactMap { change in
            change.matches(walk) ? (change, rows(of: change.new, at: change.path)) : nil
        }
        guard !made.isEmpty else {
            return shown.store(revision.rawValue, ordering: .releasing)
        }
        show(revision) { rows in
            for (change, made) in made {
                let modified = change.new?.properties.modifiedRevision ?? change.revision
                rows.replace(change.path, modifiedAt: modified, by: made)
            }
        }
    }

    private func rows(of node: RecordedNode?, at path: TreePath) -> [(key: Key, row: Row)] {
        guard let node, walk.matches(path.components, node) else { return [] }
        return node.withPayload { make(path, node.properties, $0) }
    }
}
