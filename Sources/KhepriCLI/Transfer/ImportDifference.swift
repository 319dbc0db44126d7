import Khepri
import KhepriTree

/// What an import changes in a tree: it is told each write, and then knows what no write has named.
struct ImportDifference {
    /// What becomes of a node that the import names.
    enum Change: String {
        case added = "+"
        case changed = "~"
        case same = "="
    }

    /// The tree as it is.
    let view: TreeView
    /// The node that the import is for; beside it nothing is removed.
    let target: TreePath
    /// The nodes that are named.
    private var changes: [TreePath: Change] = [:]
    /// The nodes that are named, and those above them.
    private var kept: Set<TreePath> = [.root]

    /// What the library keeps for itself is never removed.
    private static let own: TreePath = "/.khepri"

    init(from view: TreeView, at target: TreePath) {
        self.view = view
        self.target = target
    }

    /// Takes note of an operation.
    ///
    /// - Throws: ``OperationError`` for one that is no put: what it does depends on others.
    mutating func add(_ operation: TreeOperation) throws {
        guard case .put(let write) = operation.kind, let path = operation.path.exactPath else {
            throw OperationError(
                .invalidOperation, "expected only puts where a difference is asked for")
        }
        let change: Change =
            switch view.storedNode(at: path) {
            case nil: .added
            case let node? where node.isWritten(by: write): .same
            case _?: .changed
            }
        // A second put of a node ties it to others; it does not make it less changed.
        if changes[path] == nil || change == .changed { changes[path] = change }
        var above: TreePath? = path
        while let place = above, kept.insert(place).inserted { above = place.parent }
    }

    /// The nodes that no write has named, of each subtree the top only, in the order of their paths; what
    /// leases keep is removed by their ends.
    var removed: [TreePath] {
        var result: [TreePath] = []
        view.forEachStoredNode(from: target, leased: false) { node in
            guard node.path != target, node.path.components.first != Self.own.name,
                !kept.contains(node.path),
                node.path.parent.map({ $0 == target || kept.contains($0) }) ?? true
            else { return true }
            result.append(node.path)
            return true
        }
        return result
    }

    /// The difference, a line for each node that becomes another one, and a line of sums.
    ///
    /// - Parameter removed: What is removed as well.
    func lines(removing removed: [TreePath]) -> [String] {
        var lines = changes.filter { $0.value != .same }.map { ($0.key, $0.value.rawValue) }
        lines += removed.map { ($0, "-") }
        let counts = [Change.added, .changed, .same].map { kind in
            "\(changes.values.count { $0 == kind })"
        }
        return lines.sorted { $0.0 < $1.0 }.map { "\($0.1) \($0.0)" } + [
            "\(counts[0]) added, \(counts[1]) changed, \(counts[2]) the same, \(removed.count) removed"
        ]
    }
}
