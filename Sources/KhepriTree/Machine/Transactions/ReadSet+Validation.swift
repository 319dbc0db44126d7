extension ReadSet {
    /// What a transaction read that has changed since; nil when all of it is as it was.
    ///
    /// Right in one direction always: what is not named here has not changed. A pattern may be named
    /// for a change beside it, where only a missing node could tell: then the transaction runs again.
    ///
    /// The verdict depends on the revisions that nodes say of themselves. Those of whole subtrees only
    /// say where nothing need be looked for, as a tree that was restored may know less of these.
    ///
    /// - Parameters:
    ///   - visitLimit: How many nodes it may look at.
    ///   - visits: Grows by the number of nodes looked at.
    /// - Complexity: O(nodes read · depth), and for a pattern the nodes that it can reach through
    ///   subtrees with a change after the revision.
    func firstChange(
        in tree: Tree, visitLimit: Int?, _ visits: inout Int
    ) throws(Interruption) -> TreePattern? {
        let limit = visitLimit ?? .max
        visits += nodes.count
        guard visits <= limit else { throw .visitLimitExceeded }
        // The first in order, so that all members say the same.
        var changed: TreePath?
        for (path, aspects) in nodes where hasChanged(path, aspects, in: tree) {
            changed = min(changed ?? path, path)
        }
        if let changed { return TreePattern(changed) }
        for pattern in patterns {
            var search = PatternSearch(
                PatternWalk(pattern), since: revision, in: tree, visitsLeft: limit - visits)
            defer { visits += search.visitCount }
            if try search.findsChange() { return pattern }
        }
        return nil
    }

    private func hasChanged(_ path: TreePath, _ aspects: Aspects, in tree: Tree) -> Bool {
        tree.withNode(at: path) { node in
            guard let node else { return aspects != .absence }
            if aspects == .absence { return true }
            let since = revision.rawValue
            if aspects != .presence, node.createdRevision > since { return true }
            if aspects.contains(.payload), node.modifiedRevision > since { return true }
            return aspects.contains(.children) && node.childrenRevision > since
        }
    }
}

/// The search for a node that changed after a revision and that a pattern may match, or have matched.
private struct PatternSearch {
    let walk: PatternWalk
    let since: UInt64
    let tree: Tree
    let visitsLeft: Int
    var visitCount = 0

    init(_ walk: PatternWalk, since revision: Revision, in tree: Tree, visitsLeft: Int) {
        self.walk = walk
        since = revision.rawValue
        self.tree = tree
        self.visitsLeft = visitsLeft
    }

    mutating func findsChange() throws(Interruption) -> Bool {
        guard walk.initial.canContinue else { return false }
        return try findsChange(below: tree.root, walk.initial)
    }

    private mutating func findsChange(
        below node: TreeNode, _ state: PatternWalk.State
    ) throws(Interruption) -> Bool {
        let isListChanged = node.childrenRevision > since
        guard isListChanged || node.subtreeRevision > since else { return false }
        if let names = walk.candidateNames(after: state) {
            for name in names {
                if let child = tree.child(name, of: node) {
                    if try findsChange(at: child, name, state) { return true }
                } else if isListChanged {
                    return true
                }
            }
            return false
        }
        if isListChanged { return true }
        var isFound = false
        var interruption: Interruption?
        tree.forEachChild(of: node) { name, child in
            do throws(Interruption) {
                isFound = try findsChange(at: child, name, state)
            } catch {
                interruption = error
            }
            return !isFound && interruption == nil
        }
        if let interruption { throw interruption }
        return isFound
    }

    private mutating func findsChange(
        at node: TreeNode, _ name: PathComponent, _ state: PatternWalk.State
    ) throws(Interruption) -> Bool {
        visitCount += 1
        guard visitCount <= visitsLeft else { throw .visitLimitExceeded }
        let next = walk.advance(state, possiblyBy: name)
        let isChanged =
            max(node.createdRevision, node.modifiedRevision, node.childrenRevision) > since
        if isChanged, next.isAccepting || next.canContinue && walk.needsFacts(after: state) {
            return true
        }
        guard next.canContinue else { return false }
        return try findsChange(below: node, next)
    }
}

extension TreeEditor {
    /// Refuses a transaction whose reads are not what is there now.
    mutating func expect(
        _ basis: TransactionBasis?, in context: ApplyContext
    ) throws(Interruption) {
        switch basis {
        case nil: break
        case .term(let term):
            guard term == context.term else {
                throw .endsTransaction(
                    OperationError(
                        .conflict, "made in term \(term), and in the log by term \(context.term)"))
            }
        case .reads(let reads):
            var visits = 0
            let change = try reads.firstChange(in: tree, visitLimit: visitsLeft, &visits)
            try visit(visits)
            guard let change else { return }
            throw .endsTransaction(
                OperationError(
                    .conflict, "\(change) changed after revision \(reads.revision.rawValue)",
                    path: change.exactPath))
        }
    }
}
