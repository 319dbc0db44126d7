/// Removing a child.
extension ChildPage {
    /// The fewest entries of a page that is not the last of its level.
    ///
    /// It is well below half the limit, so that a child removed after a split does not merge again.
    static func countMinimum(limit: Int) -> Int { limit / 3 }

    /// Takes a child out of the children in a slot, which become nil with the last one.
    /// - Precondition: There is a child with that name.
    static func remove(
        _ name: PathComponent, from slot: inout ChildPage?, limit: Int
    ) -> TreeNode {
        // Taken out and put back, so that the page is referenced only once in between.
        guard var root = slot.take() else {
            preconditionFailure("a node without children has none to remove")
        }
        let node = remove(name, from: &root, limit: limit)
        while !root.isLeaf, root.count == 1 { root = root.pages[0] }
        slot = root.count > 0 ? root : nil
        return node
    }

    private static func remove(
        _ name: PathComponent, from slot: inout ChildPage, limit: Int
    ) -> TreeNode {
        makeUnique(&slot)
        if slot.isLeaf {
            let index = slot.lowerBound(name)
            let isFound = index < slot.count && slot.hasName(name, at: index)
            precondition(isFound, "there is no child with that name")
            let node: TreeNode = slot.remove(at: index)
            if slot.count * 4 <= slot.capacity {
                reallocate(&slot, capacity: capacity(for: slot.count + 1, limit: limit))
            }
            return node
        }
        let index = slot.pageIndex(for: name)
        let node = remove(name, from: &slot.pages[index], limit: limit)
        if slot.pages[index].count < countMinimum(limit: limit) {
            slot.refill(at: index, limit: limit)
        }
        return node
    }

    /// Merges the page in an entry with a neighbour, or shares the neighbour's entries with it.
    ///
    /// Without a neighbour, as it can be in the last pages of their levels, only an empty page goes.
    private func refill(at index: Int, limit: Int) {
        guard count > 1 else {
            if pages[index].count == 0 { let _: ChildPage = remove(at: index) }
            return
        }
        let left = max(index - 1, 0)
        let right = left + 1
        let total = pages[left].count + pages[right].count
        if total <= limit {
            Self.makeUnique(&pages[right])
            Self.makeRoom(&pages[left], for: pages[right].count, limit: limit)
            pages[left].takeFirst(pages[right].count, from: pages[right])
            let _: ChildPage = remove(at: right)
            return
        }
        let moved = total / 2 - pages[left].count
        Self.makeRoom(&pages[left], for: max(moved, 0), limit: limit)
        Self.makeRoom(&pages[right], for: max(-moved, 0), limit: limit)
        if moved > 0 {
            pages[left].takeFirst(moved, from: pages[right])
        } else {
            pages[right].takeLast(-moved, from: pages[left])
        }
        names[right] = pages[right].names[0]
    }
}
