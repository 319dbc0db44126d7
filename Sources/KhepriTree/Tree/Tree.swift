/// A tree of nodes under a root that is always there.
///
/// It is a value: a copy takes O(1) and does not change when the original does. Changes are made in
/// place in what no copy shares, and copy only the objects from the root down to the changed one
/// where something is shared. A change costs O(depth · log children), whatever is in the tree.
package struct Tree: Sendable {
    /// The root.
    package internal(set) var root: TreeNode
    /// The most entries of a page of children.
    let pageLimit: Int

    /// An empty tree: a root without payload, versions 1, revisions 0.
    package init() {
        self.init(pageLimit: Self.pageLimitStandard)
    }

    /// An empty tree with smaller pages, to try their splitting and merging on small trees.
    init(pageLimit: Int) {
        precondition(4...Self.pageLimitStandard ~= pageLimit, "a page limit of \(pageLimit)")
        self.pageLimit = pageLimit
        root = Fields(createdAt: .zero).makeNode()
    }

    /// Whether no copy has the same root.
    package mutating func isHeldAlone() -> Bool { isKnownUniquelyReferenced(&root) }

    /// Pages of 32 make searches short; larger ones make the first change after a copy dear.
    static let pageLimitStandard = 32
}

/// Reading.
extension Tree {
    /// The number of nodes, the root included.
    package var nodeCount: Int { root.descendantCount + 1 }

    /// The bytes of all payloads.
    package var payloadByteCount: Int { root.subtreePayloadByteCount }

    /// The node at a path.
    package func node(at path: TreePath) -> TreeNode? {
        withExtendedLifetime(self) { unmanagedRoot.descendant(path)?.takeUnretainedValue() }
    }

    /// The root, unretained: valid while the tree is held and not changed.
    package var unmanagedRoot: Unmanaged<TreeNode> { Unmanaged.passUnretained(root) }

    /// Lends the node at a path, or nil when there is none, without retaining any.
    @inline(__always)
    package func withNode<R>(
        at path: TreePath, _ body: (TreeNode?) throws -> R
    ) rethrows -> R {
        try withNode(at: path.components, body)
    }

    /// Lends the node at a path given by its names, or nil when there is none.
    @inline(__always)
    package func withNode<R>(
        at names: [PathComponent], _ body: (TreeNode?) throws -> R
    ) rethrows -> R {
        try withExtendedLifetime(self) {
            guard let node = unmanagedRoot.descendant(names) else { return try body(nil) }
            return try node._withUnsafeGuaranteedRef { try body($0) }
        }
    }

    /// The child of a node with a name.
    package func child(_ name: PathComponent, of node: TreeNode) -> TreeNode? {
        withExtendedLifetime(node) {
            withUnsafePointer(to: name) { node.unmanagedChild($0) }?.takeUnretainedValue()
        }
    }

    /// Calls `body` with the children of a node in the order of their names' bytes.
    /// - Parameters:
    ///   - after: Only children with greater names are visited; nil for all.
    ///   - body: Answers whether to go on.
    package func forEachChild(
        of node: TreeNode, after: PathComponent? = nil,
        _ body: (PathComponent, TreeNode) throws -> Bool
    ) rethrows {
        guard node.childCount > 0 else { return }
        _ = try node.childrenSlot.pointee.forEach(after: after, body)
    }
}

extension Unmanaged<TreeNode> {
    /// The node at a path below this one, valid as long as this one is.
    ///
    /// Nothing is retained on the way: the counts of nodes near the root would be the bottleneck of
    /// concurrent readers.
    package func descendant(_ path: TreePath) -> Unmanaged<TreeNode>? {
        descendant(path.components)
    }

    fileprivate func descendant(_ names: [PathComponent]) -> Unmanaged<TreeNode>? {
        names.withUnsafeBufferPointer { names in
            var node = self
            for index in names.indices {
                guard let name = names.baseAddress?.advanced(by: index),
                    let child = node._withUnsafeGuaranteedRef({ $0.unmanagedChild(name) })
                else { return nil }
                node = child
            }
            return node
        }
    }
}

extension ChildPage {
    /// Visits the children below a page; answers whether to go on.
    fileprivate func forEach(
        after: PathComponent?, _ body: (PathComponent, TreeNode) throws -> Bool
    ) rethrows -> Bool {
        if isLeaf {
            for index in firstIndex(after: after)..<count {
                guard try body(names[index], nodes[index]) else { return false }
            }
            return true
        }
        let first = after.map { pageIndex(for: $0) } ?? 0
        for index in first..<count {
            let after = index == first ? after : nil
            guard try pages[index].forEach(after: after, body) else { return false }
        }
        return true
    }

    /// The first entry with a greater name; all entries come after nil.
    func firstIndex(after name: PathComponent?) -> Int {
        guard let name else { return 0 }
        let index = lowerBound(name)
        return index < count && hasName(name, at: index) ? index + 1 : index
    }
}
