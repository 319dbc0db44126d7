extension TreeEditor {
    /// Copies or moves a subtree; the new nodes start at version 1.
    mutating func copy(
        _ source: TreePath, to pattern: TreePattern, overwrite: Bool, isMove: Bool,
        _ options: TreeOperation.Options
    ) throws(Interruption) -> OperationResult {
        try visit(source.depth + pattern.components.count + 2)
        let target = try tree.locate(pattern, isCreating: true)
        guard !source.isPrefix(of: target) else {
            throw .invalid("expected a target that is not at or below the source", path: target)
        }
        _ = try tree.locate(TreePattern(source))
        guard let node = tree.node(at: source) else { throw .notFound(source, isTarget: true) }
        let replacedCount = tree.withNode(at: target) { $0.map { $0.descendantCount + 1 } }
        let isThere = replacedCount != nil
        guard !isThere || overwrite else {
            throw .mismatching(target, isTarget: true, "expected no node at the target, found one")
        }
        let nodes = try subtree(of: node, at: target)
        try expectVisits((replacedCount ?? 0) + (isMove ? nodes.count : 0))
        prepareToWrite(at: target)
        prepareToWrite(at: source)
        var listing = WriteListing(options, in: self)
        if isThere {
            if target.isRoot {
                try removeChildrenOfRoot()
            } else {
                try remove(target, because: .explicit)
            }
        }
        if isMove { try remove(source, because: .explicit) }
        createAncestors(of: target, from: tree.depthOfExisting(target))
        for (path, node) in nodes {
            if path.isRoot {
                setPayload(node.payload, of: path)
            } else {
                create(path, payload: node.payload, keepWhile: nil)
            }
        }
        for (path, _) in nodes { listing.add(path, asNew: true, in: self) }
        try settle()
        for (path, node) in nodes where !path.isRoot {
            guard let set = node.keepWhileSet, tree.withNode(at: path, { $0 != nil }) else {
                continue
            }
            setKeepWhile(set, of: path)
        }
        return result(listing)
    }

    /// A subtree with the paths that its nodes get, parents first.
    private mutating func subtree(
        of node: TreeNode, at target: TreePath
    ) throws(Interruption) -> [(TreePath, TreeNode)] {
        try visit(node.descendantCount + 1)
        var nodes: [(TreePath, TreeNode)] = [(target, node)]
        nodes.reserveCapacity(node.descendantCount + 1)
        var next = 0
        while next < nodes.count {
            let (path, node) = nodes[next]
            next += 1
            guard node.childCount > 0 else { continue }
            guard path.depth < TreeLimits.pathComponentsMaximum else {
                throw .refused(.tooDeep(below: path))
            }
            tree.forEachChild(of: node) { name, child in
                nodes.append((path.child(name), child))
                return true
            }
        }
        return nodes
    }
}
