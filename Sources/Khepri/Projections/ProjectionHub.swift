import KhepriTree
import RaftRuntime

/// The projections of a store, kept up to date by the driver before callers are answered.
final class ProjectionHub: Sendable {
    /// Names a projection.
    typealias ProjectionID = UInt64
    /// What was made of a state before it is shown.
    typealias Prepared = [ProjectionID: any Sendable]

    fileprivate struct State {
        var trie = PatternTrie<[ProjectionID]>(empty: [])
        var projections: [ProjectionID: (slot: Int, table: any MaintainedProjection)] = [:]
        var lastID: ProjectionID = 0
    }

    /// Held while watchers and projections take in a batch, so that who joins finds both at the same
    /// revision.
    private let state = Lock(State())
}

// For the driver.
extension ProjectionHub {
    /// Takes in what a batch changed, for projections and for who watches.
    ///
    /// - Parameter tree: The tree at that revision.
    func publish(
        _ batch: ChangeBatch, through revision: Revision, of tree: Tree,
        to watches: WatchHub
    ) {
        state.withLock { state in
            watches.publish(batch, through: revision)
            guard !state.projections.isEmpty else { return }
            if batch.tooLarge != nil {
                return state.install([:], of: tree, at: revision)
            }
            state.apply(batch, through: revision)
        }
    }

    /// Makes the rows of a state that is about to replace the present one; on another thread.
    func prepare(_ tree: Tree) -> Prepared {
        let tables = state.withLock { $0.projections.mapValues(\.table) }
        return tables.mapValues { $0.prepare(tree) }
    }

    /// Begins anew at a state that no command led to.
    ///
    /// - Parameter prepared: What was made of it; a projection that came since then is made here.
    func reset(_ prepared: Prepared, to tree: Tree, at revision: Revision, _ watches: WatchHub) {
        state.withLock { state in
            watches.reset(to: revision)
            state.install(prepared, of: tree, at: revision)
        }
    }
}

// For those who have projections.
extension ProjectionHub {
    /// Adds a projection that shows a view and what has changed since; nil if that is not known.
    func join(
        _ table: any MaintainedProjection, _ prepared: any Sendable, at revision: Revision,
        _ watches: WatchHub
    ) -> ProjectionID? {
        state.withLock { state in
            guard let missed = watches.changes(after: revision) else { return nil }
            table.install(prepared, at: revision)
            table.apply(missed.changes, through: max(revision, missed.revision))
            state.lastID += 1
            let slot = state.trie.use(table.pattern.components)
            state.trie[slot].append(state.lastID)
            state.projections[state.lastID] = (slot, table)
            return state.lastID
        }
    }

    func leave(_ id: ProjectionID) {
        state.withLock { state in
            guard let (slot, _) = state.projections.removeValue(forKey: id) else { return }
            state.trie[slot].removeAll { $0 == id }
            state.trie.release(slot)
        }
    }
}

extension ProjectionHub.State {
    fileprivate mutating func apply(
        _ batch: ChangeBatch, through revision: Revision
    ) {
        var concerning: [ProjectionHub.ProjectionID: [RecordedChange]] = [:]
        batch.forEach { change in
            for slot in trie.slotsReached(by: change.path) {
                for id in trie[slot] { concerning[id, default: []].append(change) }
            }
        }
        for (id, projection) in projections {
            projection.table.apply(concerning[id] ?? [], through: revision)
        }
    }

    fileprivate func install(
        _ prepared: ProjectionHub.Prepared, of tree: Tree, at revision: Revision
    ) {
        for (id, projection) in projections {
            projection.table.install(
                prepared[id] ?? projection.table.prepare(tree), at: revision)
        }
    }
}
