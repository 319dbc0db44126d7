/// Keep-while conditions are evaluated once, after the writes of an operation: in *rounds*, each
/// from a set of changes to the watchers that these make expire. Removing those is the next set of
/// changes. Watchers go in groups of siblings, by depth and then by path, and each group is
/// followed by what it causes before the next one goes, as in Khepri.
extension TreeEditor {
    /// Evaluates the conditions that the present round's changes can have broken, and removes the
    /// nodes whose conditions do not hold, until all is quiet.
    mutating func settle() throws(Interruption) {
        var pending: [[TreePath]] = []
        try settleRound(&pending)
        try expire(&pending)
    }

    /// Removes watchers whose condition does not hold, and those that this makes expire.
    mutating func expire(_ watchers: Set<TreePath>) throws(Interruption) {
        var pending: [[TreePath]] = Self.siblings(among: watchers).reversed()
        try expire(&pending)
    }

    /// Removes groups of watchers, the last one first, each followed by what it causes.
    private mutating func expire(_ pending: inout [[TreePath]]) throws(Interruption) {
        while let siblings = pending.popLast() {
            beginRound()
            for watcher in siblings { try remove(watcher, because: .keepWhile) }
            try settleRound(&pending)
        }
    }

    /// Ends a round; the watchers that go next end up last in `pending`.
    private mutating func settleRound(_ pending: inout [[TreePath]]) throws(Interruption) {
        try removeUselessParents()
        let expired = try expiredWatchers()
        guard !expired.isEmpty else { return }
        pending.append(contentsOf: Self.siblings(among: expired).reversed())
    }

    /// Removes, bottom-up, the nodes whose child list changed and whose condition about themselves
    /// does not hold any more: chains of nodes that became useless go at once.
    private mutating func removeUselessParents() throws(Interruption) {
        var depth = 0
        for number in childListsInRound { depth = max(depth, records[number].path.depth) }
        while depth > 0 {
            // Removing a node adds at most the one above it, so a level is complete when it begins.
            let parents = childListsInRound.filter { records[$0].path.depth == depth }
            for parent in parents {
                let path = records[parent].path
                if !isKeptByItself(path) { try remove(path, because: .keepWhile) }
            }
            depth -= 1
        }
    }

    /// Whether the conditions of a node about itself hold, or there is no such node or condition.
    private func isKeptByItself(_ path: TreePath) -> Bool {
        tree.withNode(at: path) { $0.map { isKept($0, byItselfAt: path) } ?? true }
    }

    private func isKept(_ node: TreeNode, byItselfAt path: TreePath) -> Bool {
        guard let set = node.keepWhileSet else { return true }
        if set === KeepWhileSet.reclaimed { return node.childCount > 0 || node.hasPayload }
        return set.entries.allSatisfy { entry in
            guard entry.target(from: path) == .itself else { return true }
            return entry.condition.isMet(name: path.nameForConditions, of: node)
        }
    }

    /// The watchers that the changes of the round make expire.
    private mutating func expiredWatchers() throws(Interruption) -> Set<TreePath> {
        var expired: Set<TreePath> = []
        for number in changedInRound {
            guard let image = records[number].current else { continue }
            guard image.keepWhile != nil || !keepWhile.isEmpty else { continue }
            let path = records[number].path
            guard let node = tree.node(at: path) else { continue }
            keepWhile.recount(node, at: path)
            keepWhile.collectExpired(by: node, at: path, into: &expired)
            if !isKept(node, byItselfAt: path) { expired.insert(path) }
        }
        keepWhile.collectExpiredByPatterns(in: tree, into: &expired)
        for path in removedInRound {
            for group in keepWhile.groups(atOrBelow: path) {
                let watchers = keepWhile.groups[group].watchers
                try visit(watchers.count)
                guard keepWhile.isMet(group, in: tree) else {
                    expired.take(watchers)
                    continue
                }
                for watcher in watchers where !expired.contains(watcher) {
                    if !areAllMet(of: watcher) { expired.insert(watcher) }
                }
            }
        }
        try visit(expired.count)
        return expired
    }

    /// Whether all conditions of a watcher hold.
    private func areAllMet(of watcher: TreePath) -> Bool {
        guard let set = tree.withNode(at: watcher, { $0?.keepWhileSet }) else { return true }
        return set.entries.allSatisfy { keepWhile.isMet($0, from: watcher, in: tree) }
    }

    /// Sorts watchers by depth and path, and groups siblings; those below others go with these.
    private static func siblings(among expired: Set<TreePath>) -> [[TreePath]] {
        let sorted = expired.sorted { ($0.depth, $0) < ($1.depth, $1) }
        var groups: [[TreePath]] = []
        for path in sorted {
            if let last = groups.last?.last, last.parent == path.parent {
                groups[groups.count - 1].append(path)
            } else {
                groups.append([path])
            }
        }
        return groups
    }
}
