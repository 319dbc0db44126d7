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
        for entry in set.entries {
            guard let watched = entry.target(from: watcher).conditions else { continue }
            let group = makeGroup(watched, entry.condition, in: tree)
            groups[group].watchers.insert(watcher)
        }
    }

    private mutating func unlink(_ set: KeepWhileSet, of watcher: TreePath) {
        for entry in set.entries {
            guard let watched = entry.target(from: watcher).conditions,
                let group = group(of: watched, entry.condition)
            else { continue }
            groups[group].watchers.remove(watcher)
            if groups[group].watchers.isEmpty { freeGroup(group) }
        }
    }
}

extension KeepWhileIndex {
    /// The group of equal entries, nil when there is none.
    func group(of watched: [NodeCondition], _ condition: NodeCondition) -> Int? {
        var slot = 0
        for component in watched {
            guard let next = child(component, of: slot) else { return nil }
            slot = next
        }
        return groupsByKey[GroupKey(slot: slot, condition: condition)]
    }

    private mutating func makeGroup(
        _ watched: [NodeCondition], _ condition: NodeCondition, in tree: Tree
    ) -> Int {
        if let group = group(of: watched, condition) { return group }
        let path = makeSlots(watched)
        let slot = path.last ?? 0
        var group = Group(slot: slot, condition: condition)
        if TreePattern(components: watched).exactPath == nil {
            group.pattern = TreePattern(components: watched)
            group.isCounted = watched.dropLast().allSatisfy(\.testsNameOnly)
            patternGroupCount += 1
        }
        let index = freeGroups.popLast() ?? groups.count
        if index == groups.count { groups.append(group) } else { groups[index] = group }
        for passed in path { slots[passed].useCount += 1 }
        groups[index].position = slots[slot].groups.count
        slots[slot].groups.append(index)
        if group.pattern != nil, !group.isCounted {
            for passed in path { slots[passed].passing.append(index) }
        }
        groupsByKey[GroupKey(slot: slot, condition: condition)] = index
        if group.pattern != nil { count(index, in: tree) }
        return index
    }

    private mutating func freeGroup(_ index: Int) {
        let group = groups[index]
        groupsByKey[GroupKey(slot: group.slot, condition: group.condition)] = nil
        let last = slots[group.slot].groups.removeLast()
        if last != index {
            slots[group.slot].groups[group.position] = last
            groups[last].position = group.position
        }
        if group.pattern != nil { patternGroupCount -= 1 }
        let isPassing = group.pattern != nil && !group.isCounted
        groups[index] = Group(slot: 0, condition: .exists(true))
        freeGroups.append(index)
        var slot = group.slot
        while slot != 0 {
            let parent = slots[slot].parent
            if isPassing { slots[slot].passing.removeAll { $0 == index } }
            slots[slot].useCount -= 1
            if slots[slot].useCount == 0 { freeSlot(slot) }
            slot = parent
        }
    }
}

extension KeepWhileIndex {
    func child(_ component: NodeCondition, of slot: Int) -> Int? {
        if case .named(let name) = component { return slots[slot].children[name] }
        return edges[EdgeKey(slot: slot, condition: component)]
    }

    /// The slots along a path or pattern, without the root; missing ones are made.
    private mutating func makeSlots(_ watched: [NodeCondition]) -> [Int] {
        var path: [Int] = []
        var slot = 0
        for component in watched {
            let next = child(component, of: slot) ?? makeSlot(component, below: slot)
            path.append(next)
            slot = next
        }
        return path
    }

    private mutating func makeSlot(_ component: NodeCondition, below parent: Int) -> Int {
        let slot = Slot(parent: parent, condition: component)
        let index = freeSlots.popLast() ?? slots.count
        if index == slots.count { slots.append(slot) } else { slots[index] = slot }
        if case .named(let name) = component {
            slots[parent].children[name] = index
        } else {
            slots[index].position = slots[parent].patternChildren.count
            slots[parent].patternChildren.append(index)
            edges[EdgeKey(slot: parent, condition: component)] = index
        }
        return index
    }

    private mutating func freeSlot(_ index: Int) {
        let parent = slots[index].parent
        switch slots[index].condition {
        case .named(let name): slots[parent].children[name] = nil
        case .some(let condition):
            let last = slots[parent].patternChildren.removeLast()
            if last != index {
                slots[parent].patternChildren[slots[index].position] = last
                slots[last].position = slots[index].position
            }
            edges[EdgeKey(slot: parent, condition: condition)] = nil
        case nil: break
        }
        slots[index] = Slot(parent: 0, condition: nil)
        freeSlots.append(index)
    }
}

extension WatchedTarget {
    /// The components under which the index files an entry, nil for one that is not in it.
    var conditions: [NodeCondition]? {
        switch self {
        case .itself, .beyondDepth: nil
        case .node(let path): path.conditions
        case .pattern(let pattern): pattern.components
        }
    }
}
