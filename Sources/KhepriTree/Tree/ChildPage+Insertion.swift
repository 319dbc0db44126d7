/// Adding a child.
extension ChildPage {
    /// Adds a child to the children in a slot, which may be none.
    /// - Precondition: There is no child with that name.
    static func insert(
        _ name: PathComponent, _ node: TreeNode, into slot: inout ChildPage?, limit: Int
    ) {
        // Taken out and put back, so that the page is referenced only once in between.
        guard var root = slot.take() else {
            let leaf = make(height: 0, capacity: 1)
            leaf.insert(name, node, at: 0)
            slot = leaf
            return
        }
        if let right = insert(name, node, into: &root, isLast: true, limit: limit) {
            let top = make(height: root.height + 1, capacity: capacity(for: 2, limit: limit))
            top.insert(root.names[0], root, at: 0)
            top.insert(right.names[0], right, at: 1)
            root = top
        }
        slot = root
    }

    /// Adds a child below the page in a slot; answers the page split off to the right, if any.
    private static func insert(
        _ name: PathComponent, _ node: TreeNode, into slot: inout ChildPage, isLast: Bool,
        limit: Int
    ) -> ChildPage? {
        if slot.isLeaf {
            let index = slot.lowerBound(name)
            let isNew = index == slot.count || !slot.hasName(name, at: index)
            precondition(isNew, "there is a child with that name")
            return insert(name, node, at: index, into: &slot, isLast: isLast, limit: limit)
        }
        makeUnique(&slot)
        let index = slot.pageIndex(for: name)
        if name < slot.names[index] { slot.names[index] = name }
        let split = insert(
            name, node, into: &slot.pages[index], isLast: isLast && index == slot.count - 1,
            limit: limit)
        guard let split else { return nil }
        return insert(
            split.names[0], split, at: index + 1, into: &slot, isLast: isLast, limit: limit)
    }

    /// Adds an entry to the page in a slot; answers the page split off to the right, if any.
    ///
    /// A full page is split in the middle, but behind its last entry when it is the last of its
    /// level and the entry goes to the end: children added in ascending order leave full pages.
    private static func insert<Child: AnyObject>(
        _ name: PathComponent, _ child: Child, at index: Int, into slot: inout ChildPage,
        isLast: Bool, limit: Int
    ) -> ChildPage? {
        if slot.count < limit {
            makeRoom(&slot, limit: limit)
            slot.insert(name, child, at: index)
            return nil
        }
        if isLast, index == slot.count {
            let right = make(height: slot.height, capacity: limit)
            right.insert(name, child, at: 0)
            return right
        }
        let right = splitOff(&slot, limit: limit)
        if index <= slot.count {
            slot.insert(name, child, at: index)
        } else {
            right.insert(name, child, at: index - slot.count)
        }
        return right
    }
    /// Moves the upper half of the entries to a page of their own; both halves get room for one more.
    private static func splitOff(_ slot: inout ChildPage, limit: Int) -> ChildPage {
        let left = slot.count / 2
        let right = slot.count - left
        let leftCapacity = capacity(for: left + 1, limit: limit)
        let rightCapacity = capacity(for: right + 1, limit: limit)
        guard isKnownUniquelyReferenced(&slot) else {
            let page = slot.copy(left..<slot.count, capacity: rightCapacity)
            slot = slot.copy(0..<left, capacity: leftCapacity)
            return page
        }
        let page = make(height: slot.height, capacity: rightCapacity)
        page.takeLast(right, from: slot)
        reallocate(&slot, capacity: leftCapacity)
        return page
    }
}
