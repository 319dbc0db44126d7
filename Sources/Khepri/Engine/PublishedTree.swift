import KhepriTree

/// The tree that readers see: all of a command or nothing of it.
///
/// A small command changes the tree in place, under the writer lock. A large one changes a private
/// copy, which replaces the tree under the lock; the old one is released in slices elsewhere.
///
/// Sendable: `state` and `root` are read under the read lock and changed under the
/// write lock only.
final class PublishedTree: @unchecked Sendable {
    struct State {
        var tree: Tree
        var revision: Revision
    }

    private let lock = StripedLock()
    private var state: State
    /// The root of the tree: a reader that retained it would keep all others waiting for its count.
    private var root: Unmanaged<TreeNode>
    let reclamation: TreeReclamation

    init(tree: Tree, revision: Revision, _ reclamation: TreeReclamation) {
        state = State(tree: tree, revision: revision)
        root = tree.unmanagedRoot
        self.reclamation = reclamation
    }

    deinit {
        reclamation.release(&state.tree)
    }

    var revision: Revision {
        lock.withReadLock { state.revision }
    }

    /// An immutable copy of the whole tree.
    var view: TreeView {
        let present = lock.withReadLock { state }
        return TreeView(tree: present.tree, revision: present.revision, reclamation)
    }

    /// Whether there is a node at a path.
    func hasNode(at path: TreePath) -> Bool {
        lock.withReadLock { root.descendant(path) != nil }
    }

    /// The payload of the node at a path, copied; empty without node or payload.
    func payload(at path: TreePath) -> PayloadCopy {
        var copy = PayloadCopy()
        lock.withReadLock { copy.take(path, below: root) }
        return copy
    }

    /// The properties and the payload of the node at a path, copied; nil when there is none.
    func node(at path: TreePath) -> (NodeProperties, PayloadCopy)? {
        var copy = PayloadCopy()
        let properties = lock.withReadLock {
            root.descendant(path)?._withUnsafeGuaranteedRef { node in
                copy.take(node)
                return NodeProperties(node)
            }
        }
        return properties.map { ($0, copy) }
    }

    /// Lends the tree to `body`, which changes it in place while readers wait.
    func edit<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        try lock.withWriteLock {
            defer { root = state.tree.unmanagedRoot }
            return try body(&state)
        }
    }

    /// Replaces the tree.
    func replace(by tree: Tree, at revision: Revision) {
        var replaced = State(tree: tree, revision: revision)
        lock.withWriteLock {
            swap(&state, &replaced)
            root = state.tree.unmanagedRoot
        }
        reclamation.release(&replaced.tree)
    }
}
