extension Tree {
    /// Recomputes all that is derived, and traps where it differs: O(nodes).
    package func checkInvariants() {
        root.checkInvariants(pageLimit: pageLimit)
    }
}

extension TreeNode {
    fileprivate func checkInvariants(pageLimit: Int) {
        guard header.pointee.isBranch else { return }
        var childCount = 0
        var descendantCount = 0
        var byteCount = 0
        var lastName: PathComponent?
        let children = branch.pointee.children
        precondition(children?.count != 0, "an empty page instead of none")
        children?.checkInvariants(isLast: true, limit: pageLimit) { name, child in
            if let lastName {
                precondition(lastName < name, "children out of order: \(lastName), \(name)")
            }
            lastName = name
            child.checkInvariants(pageLimit: pageLimit)
            childCount += 1
            descendantCount += 1 + child.descendantCount
            byteCount += child.subtreePayloadByteCount
            let latest = max(
                child.createdRevision, child.modifiedRevision, child.childrenRevision,
                child.subtreeRevision)
            precondition(latest <= subtreeRevision, "\(name) changed after its parent's subtree")
        }
        precondition(childCount == branch.pointee.childCount, "the child count is wrong")
        precondition(descendantCount == branch.pointee.descendantCount, "the node count is wrong")
        precondition(
            byteCount == branch.pointee.descendantPayloadByteCount, "the byte count is wrong")
    }
}

extension ChildPage {
    /// Checks the pages from this one down, and passes their children on in order.
    fileprivate func checkInvariants(
        isLast: Bool, limit: Int, _ body: (PathComponent, TreeNode) -> Void
    ) {
        precondition(1...limit ~= count, "a page of \(count) entries, limit \(limit)")
        precondition(count <= capacity, "a page of \(count) entries with room for \(capacity)")
        if isLeaf {
            for index in 0..<count { body(names[index], nodes[index]) }
            return
        }
        for index in 0..<count {
            let page = pages[index]
            let isLastPage = isLast && index == count - 1
            precondition(page.height == height - 1, "a page on the wrong level")
            precondition(
                isLastPage || page.count >= Self.countMinimum(limit: limit), "a page too small")
            page.checkInvariants(isLast: isLastPage, limit: limit) { name, child in
                let isBelowNext = index + 1 == count || name < names[index + 1]
                precondition(names[index] <= name, "\(name) is before the name of its page")
                precondition(isBelowNext, "\(name) is not before the name of the next page")
                body(name, child)
            }
        }
    }
}
