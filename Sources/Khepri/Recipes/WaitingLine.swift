import KhepriTree
import RaftRuntime

/// A line at a node: who stands in it has a child of the node, kept by his lease, and it is the turn of
/// the one whose child was created first.
///
/// Whoever comes later stands behind. So who is first on one member is first on all of them, until his
/// child goes: when his lease ends, or he leaves.
struct WaitingLine: Sendable {
    let store: TreeStore
    let path: TreePath

    /// The places in the line.
    var pattern: TreePattern { TreePattern(path).appending("/*") }

    /// Somebody's place in the line.
    struct Place: Sendable {
        let path: TreePath
        let lease: Lease
        /// The revision at which he came.
        let token: Revision
    }

    /// Takes a place at the end; where it is not certain that there is none, it is left again.
    ///
    /// - Parameter put: Makes the write of the place.
    func join(
        _ lease: Lease, timeout: Duration?,
        _ put: (TreePath, [KeepWhileEntry]) throws -> TreeOperation
    ) async throws -> Place {
        let id = store.host.environment.entropy.nextSessionID()
        let place = path.child(try PathComponent(id.hexadecimal))
        let operation = try put(place, [.lease(lease)])
        do {
            let token = try await store.engine.submit(operation, timeout: timeout) {
                try $0.plainReceipt()
            }
            return Place(path: place, lease: lease, token: token)
        } catch let error as StoreError {
            if error.mayHaveBeenApplied { abandon(place, of: lease) }
            throw error.code == .keepWhileConditionFailed ? Lease.endedError : error
        }
    }

    /// Waits for the turn of a place, which is left if that is in vain.
    func wait(for place: Place) async throws {
        do {
            try await place.lease.whileAlive { try await waitForTurn(of: place) }
        } catch {
            abandon(place.path, of: place.lease)
            throw error
        }
    }

    private func waitForTurn(of place: Place) async throws {
        while let before = try predecessor(of: place) {
            // Each waits for the one before him, so that a change does not wake all of them.
            let signal = ChangeSignal(store.engine, TreePattern(before))
            guard store.local.exists(before) else { continue }
            let hasChanged = try await signal.wait()
            try Task.checkCancellation()
            guard hasChanged else { throw StoreError(.closed, "the store is closed") }
        }
    }

    /// Carries something out whose turn has come, and leaves the place.
    func runTurn<Result: Sendable>(
        of place: Place, timeout: Duration?,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let result: Result
        do {
            result = try await place.lease.whileAlive(body)
        } catch {
            abandon(place.path, of: place.lease)
            throw error
        }
        try await leave(place, timeout: timeout)
        return result
    }

    /// Leaves a place, and returns when it is free.
    func leave(_ place: Place, timeout: Duration?) async throws {
        try await store.delete(place.path, timeout: timeout)
    }

    /// Leaves a place without waiting, in a cancelled task, too; if that fails, the lease's end does it.
    private func abandon(_ place: TreePath, of lease: Lease) {
        let deletion = TreeOperation(.delete, at: TreePattern(place))
        _ = try? store.engine.start(deletion, timeout: lease.timeToLive)
    }
}

// What this member knows.
extension WaitingLine {
    /// Whether it is certain at this moment that nobody else can have the turn of a place.
    func holds(_ place: Place) -> Bool {
        guard place.lease.isAlive else { return false }
        return store.engine.published.node(at: place.path)?.0.createdRevision == place.token
    }

    /// The child whose turn it is.
    func first(in tree: Tree) -> (path: TreePath, token: Revision)? {
        children(in: tree).min { $0.token < $1.token }
    }

    /// Who stands just before a place; nil if it is its turn.
    private func predecessor(of place: Place) throws -> TreePath? {
        let children = children(in: store.view.tree)
        guard children.contains(where: { $0.token == place.token && $0.path == place.path }) else {
            throw Lease.endedError
        }
        return children.filter { $0.token < place.token }.max { $0.token < $1.token }?.path
    }

    private func children(in tree: Tree) -> [(path: TreePath, token: Revision)] {
        (tree.childNames(of: path) ?? []).compactMap { name in
            let child = path.child(name)
            return tree.withNode(at: child) { node in
                node.map { (child, Revision($0.createdRevision)) }
            }
        }
    }
}
