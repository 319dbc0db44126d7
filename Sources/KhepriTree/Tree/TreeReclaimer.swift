/// Releases trees piece by piece, without recursion.
///
/// What nobody else holds is taken apart from the last node to the first, children before their
/// parents; what somebody holds is let go as it is. The stack it takes does not grow with depth or
/// width, and it can rest after any number of nodes.
package struct TreeReclaimer: ~Copyable {
    private var roots: [TreeNode] = []
    /// Pages held by nobody else, each to be emptied before those ahead of it.
    private var pages: [ChildPage] = []

    package init() {}

    /// Whether there is nothing to release.
    package var isEmpty: Bool { roots.isEmpty && pages.isEmpty }

    /// Takes over a reference to a tree, in constant time.
    package mutating func add(_ tree: consuming Tree) {
        roots.append(tree.root)
    }

    /// Releases about that many nodes.
    package mutating func reclaim(nodeLimit: Int) {
        var nodesLeft = nodeLimit
        while nodesLeft > 0, !isEmpty {
            nodesLeft -= 1
            if let page = pages.last { releaseLast(of: page) } else { releaseLastRoot() }
        }
    }

    /// Releases the last entry of the last page, or the page if it has none.
    ///
    /// References are counted where they lie: a copy would make two of the one.
    private mutating func releaseLast(of page: ChildPage) {
        guard page.count > 0 else {
            pages.removeLast()
            return
        }
        let last = page.count - 1
        if page.isLeaf {
            if isKnownUniquelyReferenced(&page.nodes[last]) { takeChildren(of: page.nodes[last]) }
            let _: TreeNode = page.remove(at: last)
        } else {
            let isHeldAlone = isKnownUniquelyReferenced(&page.pages[last])
            let below: ChildPage = page.remove(at: last)
            if isHeldAlone { pages.append(below) }
        }
    }

    private mutating func releaseLastRoot() {
        if isKnownUniquelyReferenced(&roots[roots.count - 1]) {
            takeChildren(of: roots[roots.count - 1])
        }
        roots.removeLast()
    }

    /// Takes over the children of a node that is about to go, unless somebody else has them too.
    fileprivate mutating func takeChildren(of node: TreeNode) {
        guard node.header.pointee.isBranch,
            isKnownUniquelyReferenced(&node.branch.pointee.children),
            let children = node.branch.pointee.children.take()
        else { return }
        pages.append(children)
    }
}

extension TreeNode {
    /// Releases what a dying branch holds, without recursion.
    func deinitializeBranch() {
        if branch.pointee.childCount > 0 {
            var reclaimer = TreeReclaimer()
            reclaimer.takeChildren(of: self)
            reclaimer.reclaim(nodeLimit: .max)
        }
        branch.deinitialize(count: 1)
    }
}
