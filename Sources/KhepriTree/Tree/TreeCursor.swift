/// Walks through a tree from node to node in the order of their paths, so parents come first.
///
/// It holds the tree as it was when the walk began, so it may rest while the original changes. It
/// does not recurse, retains no node and allocates nothing after its first steps: a step costs O(1)
/// amortised, and a place is a page and an entry for each page from the root down.
package struct TreeCursor {
    /// The entry of a page on the way down to the present node.
    private struct Place {
        /// Held by ``tree``.
        let page: Unmanaged<ChildPage>
        var index: Int

        var isLeaf: Bool { page._withUnsafeGuaranteedRef { $0.isLeaf } }
        var isLast: Bool { page._withUnsafeGuaranteedRef { index + 1 == $0.count } }
        var name: PathComponent { page._withUnsafeGuaranteedRef { $0.names[index] } }
    }

    private let tree: Tree
    private var places: [Place] = []
    private var present: Unmanaged<TreeNode>
    /// The number of names in the present node's path.
    package private(set) var depth = 0

    /// Begins at the root.
    package init(_ tree: Tree) {
        self.tree = tree
        present = Unmanaged.passUnretained(tree.root)
    }

    /// Lends the present node.
    @inline(__always)
    package func withNode<R>(_ body: (TreeNode) throws -> R) rethrows -> R {
        try withExtendedLifetime(tree) { try present._withUnsafeGuaranteedRef { try body($0) } }
    }

    /// The name of the present node, nil at the root.
    package var name: PathComponent? { places.last?.name }

    /// The path of the present node; O(depth).
    package var path: TreePath {
        var components: [PathComponent] = []
        components.reserveCapacity(depth)
        for place in places where place.isLeaf { components.append(place.name) }
        return TreePath(components: components)
    }

    /// Goes to the next node: the first child, or else the next node beside or above.
    /// - Returns: Whether there is one; without it nothing changes.
    package mutating func advance() -> Bool {
        let children = present._withUnsafeGuaranteedRef { $0.unmanagedChildren }
        guard let children else { return advanceOverChildren() }
        descend(to: children)
        return true
    }

    /// Goes to the next node that is not below the present one.
    /// - Returns: Whether there is one; without it nothing changes.
    package mutating func advanceOverChildren() -> Bool {
        guard let kept = places.lastIndex(where: { !$0.isLast }) else { return false }
        while places.count > kept + 1 {
            if places.removeLast().isLeaf { depth -= 1 }
        }
        places[kept].index += 1
        enter(places[kept])
        return true
    }

    /// Goes to the first node in a page and the pages below it.
    private mutating func descend(to page: Unmanaged<ChildPage>) {
        let place = Place(page: page, index: 0)
        places.append(place)
        if place.isLeaf { depth += 1 }
        enter(place)
    }

    /// Goes to the first node of an entry.
    private mutating func enter(_ place: Place) {
        place.page._withUnsafeGuaranteedRef { page in
            if page.isLeaf {
                present = Unmanaged.passUnretained(page.nodes[place.index])
            } else {
                descend(to: Unmanaged.passUnretained(page.pages[place.index]))
            }
        }
    }
}
