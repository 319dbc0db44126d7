import KhepriTree

/// The tree that readers see: all of a command or nothing of it.
///
/// A small command changes the tree in place, under the writer lock. A large one changes a private
/// copy, which replaces the tree under the lock; the old root goes to the caller, to be released
/// in slices.
///
/// Sendable: `state` is read under the read lock and changed under the write lock only.
final class PublishedTree: @unchecked Sendable {
    struct State {
        var tree: Tree
        var revision: Revision
    }

    private let lock = StripedLock()
    private var state: State

    init(tree: Tree, revision: Revision) {
        state = State(tree: tree, revision: revision)
    }

    var revision: Revision {
        lock.withReadLock { state.revision }
    }

    /// An immutable copy of the whole tree.
    var view: TreeView {
        lock.withReadLock { TreeView(tree: state.tree, revision: state.revision) }
    }

    /// The node at a path, kept alive for its payload.
    func node(at path: TreePath) -> TreeNode? {
        lock.withReadLock { state.tree.node(at: path) }
    }

    /// A consistent copy of a node's properties.
    func fields(at path: TreePath) -> NodeFields? {
        lock.withReadLock { state.tree.node(at: path).map(NodeFields.init) }
    }

    /// Lends the tree to `body`, which changes it in place while readers wait.
    func edit<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        try lock.withWriteLock { try body(&state) }
    }

    /// Replaces the tree; returns the old one.
    func replace(by tree: Tree, at revision: Revision) -> Tree {
        lock.withWriteLock {
            let old = state.tree
            state = State(tree: tree, revision: revision)
            return old
        }
    }
}
