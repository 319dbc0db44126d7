extension PathComponent {
    /// Stands for the name of the root, which has none: no node has it, no name condition names it.
    static let nameOfRoot = PathComponent(high: 0, low: 0, overflow: nil)
}

extension TreePath {
    /// The name that conditions on the node are tested with.
    var nameForConditions: PathComponent { components.last ?? .nameOfRoot }
}

extension KeepWhileIndex {
    /// Begins a round: from a set of changes to the watchers that these make expire.
    mutating func beginRound() {
        round += 1
        touchedGroups.removeAll(keepingCapacity: true)
    }

    /// Takes a node that is about to change out of the numbers of the patterns that match it.
    mutating func discount(_ node: TreeNode, at path: TreePath) {
        guard hasPatterns else { return }
        account(node, at: path, by: -1)
    }

    /// Takes a changed node into the numbers of the patterns that match it.
    mutating func recount(_ node: TreeNode, at path: TreePath) {
        guard hasPatterns else { return }
        account(node, at: path, by: 1)
    }

    /// Adds the watchers whose condition on a changed node does not hold.
    func collectExpired(by node: TreeNode, at path: TreePath, into expired: inout Set<TreePath>) {
        guard !isEmpty, let slot = trie.slot(of: path) else { return }
        let name = path.nameForConditions
        for group in trie[slot].groups where groups[group].pattern == nil {
            guard !groups[group].condition.isMet(name: name, of: node) else { continue }
            expired.take(groups[group].watchers)
        }
    }

    /// Adds the watchers of patterns that something changed for and whose condition does not hold.
    mutating func collectExpiredByPatterns(in tree: Tree, into expired: inout Set<TreePath>) {
        for group in touchedGroups where groups[group].pattern != nil {
            if !groups[group].isCounted { count(group, in: tree) }
            if !groups[group].isMet { expired.take(groups[group].watchers) }
        }
    }

    /// The groups that watch a path, a path below it, or a pattern that begins with it.
    func groups(atOrBelow path: TreePath) -> [Int] {
        guard !isEmpty, let slot = trie.slot(of: path) else { return [] }
        return trie.slots(atOrBelow: slot).flatMap { trie[$0].groups }
    }

    /// Whether a change of a node or of those above it can make a watcher expire.
    func mayBeWatched(_ path: TreePath) -> Bool {
        guard !isEmpty else { return false }
        guard !hasPatterns else { return true }
        var slot = 0
        for name in path.components {
            guard trie[slot].groups.isEmpty else { return true }
            guard let next = trie.child(name, of: slot) else { return false }
            slot = next
        }
        return true
    }
}

extension KeepWhileIndex {
    /// Whether an entry of the node at a path holds.
    func isMet(_ entry: KeepWhileEntry, from watcher: TreePath, in tree: Tree) -> Bool {
        switch entry.target(from: watcher) {
        case .itself: entry.isMet(at: watcher, in: tree)
        case .node(let path): entry.isMet(at: path, in: tree)
        case .pattern(let pattern): isMet(pattern, entry.condition, in: tree)
        case .beyondDepth: entry.isMetByAbsence
        case .lease(let id): trustsLeases || leases.contains(id)
        }
    }

    /// Whether the entry that the watchers of a group have in common holds.
    func isMet(_ group: Int, in tree: Tree) -> Bool {
        let watched = TreePattern(components: trie.components(of: groups[group].slot))
        let entry = KeepWhileEntry(.absolute(watched), groups[group].condition)
        return isMet(entry, from: .root, in: tree)
    }

    /// Whether the condition holds for all nodes that match the pattern, and there are some.
    private func isMet(
        _ pattern: TreePattern, _ condition: NodeCondition, in tree: Tree
    ) -> Bool {
        if let known = group(of: pattern.components, condition), groups[known].isCounted {
            return groups[known].isMet
        }
        var group = Group(slot: 0, condition: condition)
        (group.matched, group.met) = tree.count(pattern, meeting: condition)
        return group.isMet
    }

    /// Takes the numbers of a group from the tree.
    mutating func count(_ group: Int, in tree: Tree) {
        guard let pattern = groups[group].pattern else { return }
        let counts = tree.count(pattern, meeting: groups[group].condition)
        groups[group].matched = counts.matched
        groups[group].met = counts.met
    }

    private mutating func account(_ node: TreeNode, at path: TreePath, by sign: Int) {
        guard let name = path.components.last else { return }
        for slot in trie.slotsReached(by: path) {
            for group in trie[slot].passing { touch(group) }
            guard let component = trie.condition(of: slot), !trie[slot].groups.isEmpty,
                component.isMet(name: name, of: node)
            else { continue }
            for group in trie[slot].groups where groups[group].isCounted {
                touch(group)
                groups[group].matched += sign
                let isMet = groups[group].condition.isMet(name: name, of: node)
                groups[group].met += isMet ? sign : 0
            }
        }
    }

    private mutating func touch(_ group: Int) {
        if groups[group].round != round {
            groups[group].round = round
            touchedGroups.append(group)
        }
        guard !groups[group].isJournaled, let pattern = groups[group].pattern else { return }
        groups[group].isJournaled = true
        let (matched, met) = (groups[group].matched, groups[group].met)
        journal.append(.counted(pattern, groups[group].condition, matched: matched, met: met))
    }
}

extension KeepWhileIndex.Group {
    /// Whether the entry holds: there are matches and all meet the condition, or there is none and
    /// the condition is their absence.
    var isMet: Bool {
        matched == 0 ? condition == .exists(false) : matched == met
    }
}

extension KeepWhileEntry {
    /// Whether the condition holds for the node at a path.
    func isMet(at path: TreePath, in tree: Tree) -> Bool {
        guard let node = tree.node(at: path) else { return isMetByAbsence }
        return condition.isMet(name: path.nameForConditions, of: node)
    }
}

extension Tree {
    /// How many nodes match a pattern, and how many of these meet a condition.
    func count(
        _ pattern: TreePattern, meeting condition: NodeCondition
    ) -> (matched: Int, met: Int) {
        var matched = 0
        var met = 0
        forEachMatch(of: pattern) { path, node in
            matched += 1
            met += condition.isMet(name: path.nameForConditions, of: node) ? 1 : 0
            return true
        }
        return (matched, met)
    }
}

extension Set {
    /// Adds all of another set, in constant time when this one is empty.
    mutating func take(_ other: Set) {
        if isEmpty { self = other } else { formUnion(other) }
    }
}
