/// Builds a tree of nodes that come in the order of their paths, parents first.
///
/// Nothing is searched: a node is hung behind the last one, and pages are filled to the brim and
/// made once. A node costs O(1) amortised, and the tree takes less memory than one that grew.
package struct TreeBuilder {
    /// A node on the way down to the last one, with what is known of its children so far.
    private struct OpenNode {
        var name: PathComponent?
        var node: TreeNode
        var childCount = 0
        var descendantCount = 0
        var descendantPayloadByteCount = 0
        /// The highest revision of the nodes below.
        var revision: UInt64 = 0
    }

    private let pageLimit: Int
    /// The root, and below it the nodes to which children may still come; never empty.
    private var open: [OpenNode]
    /// The children of each open node; longer than ``open``, because the pages serve again.
    private var children: [PageBuilder]

    /// Begins with a root.
    init(root: TreeNode, pageLimit: Int = Tree.pageLimitStandard) {
        self.pageLimit = pageLimit
        open = [OpenNode(name: nil, node: root)]
        children = [PageBuilder(limit: pageLimit)]
    }

    /// The number of names in the path of the node that was added last.
    package var depth: Int { open.count - 1 }

    /// The name of the last node, nil if that is the root.
    package var name: PathComponent? { open[depth].name }

    /// The path of the last node.
    package var path: TreePath { TreePath(components: open.compactMap(\.name)) }

    /// Whether a node may come next.
    package func isNext(_ name: PathComponent, atDepth depth: Int) -> Bool {
        guard 1...open.count ~= depth else { return false }
        guard depth < open.count, let last = open[depth].name else { return true }
        return last < name
    }

    /// Adds a node without children, below or behind the last one.
    /// - Precondition: ``isNext(_:atDepth:)``.
    mutating func add(_ name: PathComponent, _ node: TreeNode, atDepth depth: Int) {
        precondition(isNext(name, atDepth: depth), "\(name) at depth \(depth) is out of order")
        while open.count > depth { close() }
        if children.count == depth { children.append(PageBuilder(limit: pageLimit)) }
        open.append(OpenNode(name: name, node: node))
    }

    /// Ends the tree.
    package consuming func finish() -> Tree {
        while open.count > 1 { close() }
        var tree = Tree(pageLimit: pageLimit)
        tree.root = takeLast().node
        return tree
    }

    /// Hangs the last open node below the one above it.
    private mutating func close() {
        let (name, node) = takeLast()
        guard let name else { preconditionFailure("the root is below no node") }
        children[depth].append(name, node)
        let latest = max(
            node.createdRevision, node.modifiedRevision, node.childrenRevision,
            node.subtreeRevision)
        open[depth].childCount += 1
        open[depth].descendantCount += node.descendantCount + 1
        open[depth].descendantPayloadByteCount += node.subtreePayloadByteCount
        open[depth].revision = max(open[depth].revision, latest)
    }

    /// Takes out the last open node, its children in place.
    private mutating func takeLast() -> (name: PathComponent?, node: TreeNode) {
        let pages = children[depth].finish()
        var last = open.removeLast()
        // A child list that ever changed did so by a change below.
        if last.childCount > 0 || last.node.childrenRevision > last.node.createdRevision {
            TreeNode.makeUniqueBranch(&last.node)
            let branch = last.node.branch
            branch.pointee.subtreeRevision = max(last.revision, last.node.childrenRevision)
            branch.pointee.childCount = last.childCount
            branch.pointee.descendantCount = last.descendantCount
            branch.pointee.descendantPayloadByteCount = last.descendantPayloadByteCount
            branch.pointee.children = pages
        }
        return (last.name, last.node)
    }
}
