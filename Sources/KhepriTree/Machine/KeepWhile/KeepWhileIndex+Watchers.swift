extension KeepWhileIndex {
    /// Adds the entries of a node that has got a set.
    ///
    /// - Parameter tree: The tree that the numbers of new patterns are taken from.
    mutating func add(_ set: KeepWhileSet, of watcher: TreePath, in tree: Tree) {
        guard set !== KeepWhileSet.reclaimed else { return }
        journal.append(.added(watcher, set))
        link(set, of: watcher, in: tree)
    }

    /// Removes the entries of a node that has lost its set or is gone.
    mutating func remove(_ set: KeepWhileSet, of watcher: TreePath) {
        guard set !== KeepWhileSet.reclaimed else { return }
        journal.append(.removed(watcher, set))
        unlink(set, of: watcher)
    }

    /// Makes what the command did permanent.
    mutating func commit() {
        for case .counted(let pattern, let condition, _, _) in journal {
            guard let group = group(of: pattern.components, condition) else { continue }
            groups[group].isJournaled = false
        }
        journal.removeAll(keepingCapacity: true)
        touchedGroups.removeAll(keepingCapacity: true)
    }

    /// Undoes what the command did.
    ///
    /// - Parameter tree: The tree as it was before the command.
    mutating func rollBack(to tree: Tree) {
        let undone = journal
        for entry in undone.reversed() {
            switch entry {
            case .added(let watcher, let set): unlink(set, of: watcher)
            case .removed(let watcher, let set): link(set, of: watcher, in: tree)
            case .counted: break
            }
        }
        for case .counted(let pattern, let condition, let matched, let met) in undone.reversed() {
            guard let group = group(of: pattern.components, condition) else { continue }
            groups[group].matched = matched
            groups[group].met = met
        }
        commit()
    }

    private mutating func link(_ set: KeepWhileSet, of watcher: TreePath, in tree: Tree) {
        setCount += 1
        for entry in set.entries {
            if case .lease(let id) = entry.watched { nodesByLease[id, default: []].insert(watcher) }
            guard let watched = entry.target(from: watcher).conditions else { continue }
            let group = makeGroup(watched, entry.condition, in: tree)
            groups[group].watchers.insert(watcher)
        }
    }

    private mutating func unlink(_ set: KeepWhileSet, of watcher: TreePath) {
        setCount -= 1
        for entry in set.entries {
            if case .lease(let id) = entry.watched { unlink(watcher, fromLease: id) }
            guard let watched = entry.target(from: watcher).conditions,
                let group = group(of: watched, entry.condition)
            else { continue }
            groups[group].watchers.remove(watcher)
            if groups[group].watchers.isEmpty { freeGroup(group) }
        }
    }
}

extension KeepWhileIndex {
    private mutating func unlink(_ watcher: TreePath, fromLease id: SessionID) {
        nodesByLease[id]?.remove(watcher)
        if nodesByLease[id]?.isEmpty == true { nodesByLease[id] = nil }
    }

    /// The group of equal entries, nil when there is none.
    func group(of watched: [NodeCondition], _ condition: NodeCondition) -> Int? {
        guard let slot = trie.slot(of: watched) else { return nil }
        return groupsByKey[GroupKey(slot: slot, condition: condition)]
    }

    private mutating func makeGroup(
        _ watched: [NodeCondition], _ condition: NodeCondition, in tree: Tree
    ) -> Int {
        if let group = group(of: watched, condition) { return group }
        let slot = trie.use(watched)
        var group = Group(slot: slot, condition: condition)
        if TreePattern(components: watched).exactPath == nil {
            group.pattern = TreePattern(components: watched)
            group.isCounted = watched.dropLast().allSatisfy(\.testsNameOnly)
            patternGroupCount += 1
        }
        let index = freeGroups.popLast() ?? groups.count
        if index == groups.count { groups.append(group) } else { groups[index] = group }
        groups[index].position = trie[slot].groups.count
        trie[slot].groups.append(index)
        if group.pattern != nil, !group.isCounted {
            for passed in trie.path(to: slot) { trie[passed].passing.append(index) }
        }
        groupsByKey[GroupKey(slot: slot, condition: condition)] = index
        if group.pattern != nil { count(index, in: tree) }
        return index
    }

    private mutating func freeGroup(_ index: Int) {
        let group = groups[index]
        groupsByKey[GroupKey(slot: group.slot, condition: group.condition)] = nil
        let last = trie[group.slot].groups.removeLast()
        if last != index {
            trie[group.slot].groups[group.position] = last
            groups[last].position = group.position
        }
        if group.pattern != nil { patternGroupCount -= 1 }
        let isPassing = group.pattern != nil && !group.isCounted
        groups[index] = Group(slot: 0, condition: .exists(true))
        freeGroups.append(index)
        if isPassing {
            for passed in trie.path(to: group.slot) {
                trie[passed].passing.removeAll { $0 == index }
            }
        }
        trie.release(group.slot)
    }
}

extension WatchedTarget {
    /// The components under which the index files an entry, nil for one that is not in it.
    var conditions: [NodeCondition]? {
        switch self {
        case .itself, .beyondDepth, .lease: nil
        case .node(let path): path.conditions
        case .pattern(let pattern): pattern.components
        }
    }
}
