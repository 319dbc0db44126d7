extension Tree {
    /// Visits every node that matches a pattern, each once, in the order of the paths.
    ///
    /// - Parameters:
    ///   - includesRoot: Whether the root matches too when the pattern begins with a condition.
    ///   - after: Only nodes behind this path are visited.
    ///   - body: Returns whether to go on.
    /// - Returns: The number of nodes looked at.
    /// - Complexity: The number of nodes looked at, which are those that a prefix of the pattern
    ///   matches and, where it goes on with a condition, their children.
    @discardableResult
    package func forEachMatch(
        of pattern: TreePattern, includesRoot: Bool = false, after: TreePath? = nil,
        _ body: (TreePath, TreeNode) throws -> Bool
    ) rethrows -> Int {
        var walk = MatchWalk(tree: self, walk: PatternWalk(pattern), after: after)
        let isRootMatched =
            pattern.components.isEmpty || includesRoot && pattern.beginsWithCondition
        try walk.run(isRootMatched: isRootMatched, body)
        return walk.visitCount
    }
}

extension TreePattern {
    /// Whether the first component is not just a name.
    var beginsWithCondition: Bool {
        switch components.first?.simplified {
        case nil, .named: false
        default: true
        }
    }
}

/// A walk down a tree to the nodes that match a pattern.
private struct MatchWalk {
    let tree: Tree
    let walk: PatternWalk
    let after: TreePath?
    var path: [PathComponent] = []
    var visitCount = 0

    init(tree: Tree, walk: PatternWalk, after: TreePath?) {
        self.tree = tree
        self.walk = walk
        self.after = after
    }

    mutating func run(
        isRootMatched: Bool, _ body: (TreePath, TreeNode) throws -> Bool
    ) rethrows {
        visitCount += 1
        if isRootMatched, after == nil, try !body(.root, tree.root) { return }
        guard walk.initial.canContinue else { return }
        _ = try descend(from: tree.root, walk.initial, isAtBound: after != nil, body)
    }

    /// Visits what matches below a node; returns whether to go on.
    ///
    /// - Parameter isAtBound: Whether the path so far is the beginning of ``after``.
    private mutating func descend(
        from node: TreeNode, _ state: PatternWalk.State, isAtBound: Bool,
        _ body: (TreePath, TreeNode) throws -> Bool
    ) rethrows -> Bool {
        var bound: PathComponent?
        if isAtBound, let after, path.count < after.depth {
            bound = after.components[path.count]
        }
        if let names = walk.candidateNames(after: state) {
            for name in names where bound.map({ $0 <= name }) ?? true {
                guard let child = tree.child(name, of: node) else { continue }
                guard try visit(child, name, state, isAtBound: name == bound, body) else {
                    return false
                }
            }
            return true
        }
        if let bound, let child = tree.child(bound, of: node) {
            guard try visit(child, bound, state, isAtBound: true, body) else { return false }
        }
        var goesOn = true
        try tree.forEachChild(of: node, after: bound) { name, child in
            goesOn = try visit(child, name, state, isAtBound: false, body)
            return goesOn
        }
        return goesOn
    }

    private mutating func visit(
        _ node: TreeNode, _ name: PathComponent, _ state: PatternWalk.State, isAtBound: Bool,
        _ body: (TreePath, TreeNode) throws -> Bool
    ) rethrows -> Bool {
        visitCount += 1
        let next = walk.advance(state, name: name, node: node)
        guard next.isAccepting || next.canContinue else { return true }
        path.append(name)
        defer { path.removeLast() }
        if next.isAccepting, !isAtBound, try !body(TreePath(components: path), node) {
            return false
        }
        guard next.canContinue, node.childCount > 0 else { return true }
        return try descend(from: node, next, isAtBound: isAtBound, body)
    }
}
