package import KhepriTree

/// A node with all that an export keeps of it.
package struct StoredNode: Sendable {
    package let path: TreePath
    let payload: Payload?
    let keepWhile: KeepWhileSet?
    let hasChildren: Bool

    /// Whether it goes when a lease ends.
    package var isLeased: Bool { keepWhile?.entries.contains(where: \.namesLease) ?? false }

    /// The same node, but kept by no lease.
    var withoutLease: StoredNode {
        guard isLeased, let entries = keepWhile?.entries.filter({ !$0.namesLease }) else {
            return self
        }
        return StoredNode(
            path: path, payload: payload, keepWhile: .of(entries), hasChildren: hasChildren)
    }

    /// The size of the payload, encoded.
    var payloadByteCount: Int { payload?.bytes.count ?? 0 }

    /// The write that makes the node again, nil if its children do.
    package var put: TreeOperation? {
        if path == .root && payload == nil { return nil }
        if payload == nil && hasChildren && keepWhile === KeepWhileSet.reclaimed { return nil }
        let own = isSelfContained ? keepWhile?.entries : nil
        let write = TreeOperation.Write(payload: payload, keepWhile: own)
        return TreeOperation(.put(write), at: TreePattern(path))
    }

    /// The write that ties the node to others, when all of them are there.
    package var watcherPut: TreeOperation? {
        guard let keepWhile, !isSelfContained else { return nil }
        let write = TreeOperation.Write(payload: payload, keepWhile: keepWhile.entries)
        return TreeOperation(.put(write), at: TreePattern(path))
    }

    /// Whether a write would leave the node as it is.
    package func isWritten(by write: TreeOperation.Write) -> Bool {
        let conditions = write.keepWhile.map { Set($0) == Set(keepWhile?.entries ?? []) }
        return write.payload == payload && conditions ?? true
    }

    /// Whether all conditions are about the node itself: these may come with the node.
    private var isSelfContained: Bool {
        keepWhile?.entries.allSatisfy { $0.watched == .relative(up: 0, .root) } ?? true
    }
}

extension TreeView {
    /// Calls `body` with a node and everything below it, parents first, until it returns false.
    ///
    /// - Parameters:
    ///   - after: Begin behind this node.
    ///   - leased: Whether nodes that leases keep, and what is below them, are among them.
    package func forEachStoredNode(
        from path: TreePath, after: TreePath? = nil, leased: Bool = true,
        _ body: (StoredNode) throws -> Bool
    ) rethrows {
        if after == nil {
            guard let top = storedNode(at: path), leased || !top.isLeased, try body(top) else {
                return
            }
        }
        guard path.depth < TreeLimits.pathComponentsMaximum else { return }
        let below = TreePattern(path).child(where: .anyPath)
        var leftOut: TreePath?
        try tree.forEachMatch(of: below, after: after) { path, node in
            let node = Self.stored(path, node)
            guard !leased else { return try body(node) }
            if let leftOut, path.components.starts(with: leftOut.components) { return true }
            guard !node.isLeased else {
                leftOut = path
                return true
            }
            return try body(node)
        }
    }

    /// The node at a path; nil where there is none.
    package func storedNode(at path: TreePath) -> StoredNode? {
        tree.node(at: path).map { Self.stored(path, $0) }
    }

    private static func stored(_ path: TreePath, _ node: TreeNode) -> StoredNode {
        StoredNode(
            path: path, payload: node.payload, keepWhile: node.keepWhileSet,
            hasChildren: node.childCount > 0)
    }
}
