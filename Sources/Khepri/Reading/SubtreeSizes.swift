package import KhepriTree

/// How many nodes and bytes there are in the subtrees below a node, down to a depth.
package struct SubtreeSizes: Sendable {
    /// One subtree.
    package struct Subtree: Sendable, Equatable {
        package let path: TreePath
        /// Its nodes, the one at its top among them.
        package fileprivate(set) var nodeCount = 0
        /// The bytes of their payloads, encoded.
        package fileprivate(set) var payloadBytes = 0

        package init(path: TreePath, nodeCount: Int = 0, payloadBytes: Int = 0) {
            self.path = path
            self.nodeCount = nodeCount
            self.payloadBytes = payloadBytes
        }
    }

    /// The subtrees in the order of their paths, the whole first; none if there is no node.
    package private(set) var subtrees: [Subtree] = []

    /// Looks at each node once.
    ///
    /// - Parameter depth: How many levels below `top` have subtrees of their own.
    package init(of view: TreeView, below top: TreePath, depth: Int) {
        /// Where the subtrees are that the last node is in, from the top down.
        var places: [Int] = []
        view.forEachStoredNode(from: top) { node in
            // Parents come first, so that what is left of the places leads to the node.
            let level = node.path.depth - top.depth
            if level < places.count { places.removeSubrange(level...) }
            if level <= depth {
                places.append(subtrees.count)
                subtrees.append(Subtree(path: node.path))
            }
            for place in places {
                subtrees[place].nodeCount += 1
                subtrees[place].payloadBytes += node.payloadByteCount
            }
            return true
        }
    }
}
