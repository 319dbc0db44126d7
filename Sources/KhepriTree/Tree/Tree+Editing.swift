/// Changing.
///
/// The nodes above a changed one note the revision, and how many nodes and payload bytes came or went.
extension Tree {
    /// Changes the fields of a node.
    ///
    /// The last change of its payload or child list becomes the `subtreeRevision` of every node
    /// above, unless that is higher: what a node says of those below follows from what they say of
    /// themselves, so a tree that was saved and built again says the same.
    /// - Returns: Whether there is such a node; without it nothing changes.
    package mutating func edit(_ path: TreePath, _ body: (inout Fields) -> Void) -> Bool {
        let edited = withNode(at: path) { node -> (fields: Fields, addedByteCount: Int)? in
            guard let node else { return nil }
            var fields = Fields(node)
            body(&fields)
            let byteCount = fields.payloadByteCount(replacing: node.payloadByteCount)
            return (fields, byteCount - node.payloadByteCount)
        }
        guard let edited else { return false }
        let change = SubtreeChange(
            revision: max(edited.fields.modifiedRevision, edited.fields.childrenRevision),
            addedByteCount: edited.addedByteCount)
        withSlot(at: path.components[...], noting: change) { slot in
            edited.fields.withNewPayload { TreeNode.write(edited.fields, $0, to: &slot) }
        }
        return true
    }

    /// Adds a node without children.
    ///
    /// No version changes; those of its parent are left to `edit`.
    /// - Precondition: There is a node above it and none at the path.
    package mutating func insert(_ path: TreePath, _ fields: Fields, at revision: Revision) {
        guard let name = path.components.last else {
            preconditionFailure("the root is always there")
        }
        let node = fields.makeNode()
        let change = SubtreeChange(
            revision: revision, addedNodeCount: 1, addedByteCount: node.payloadByteCount)
        withSlot(at: path.components.dropLast(), noting: change) { [pageLimit] slot in
            TreeNode.note(change, in: &slot)
            let branch = slot.branch
            branch.pointee.childCount += 1
            ChildPage.insert(name, node, into: &branch.pointee.children, limit: pageLimit)
        }
    }

    /// Detaches a node with all below it.
    ///
    /// No version changes; those of its parent are left to `edit`.
    /// - Returns: The node as it was; nil when there is none.
    /// - Precondition: The path is not that of the root.
    package mutating func remove(_ path: TreePath, at revision: Revision) -> TreeNode? {
        guard let name = path.components.last else {
            preconditionFailure("the root cannot be removed")
        }
        let change = withNode(at: path) { node in
            node.map {
                SubtreeChange(
                    revision: revision, addedNodeCount: -$0.descendantCount - 1,
                    addedByteCount: -$0.subtreePayloadByteCount)
            }
        }
        guard let change else { return nil }
        return withSlot(at: path.components.dropLast(), noting: change) { [pageLimit] slot in
            TreeNode.note(change, in: &slot)
            let branch = slot.branch
            branch.pointee.childCount -= 1
            return ChildPage.remove(name, from: &branch.pointee.children, limit: pageLimit)
        }
    }

    /// Lends the place of a node, for changing it, and makes the nodes above note the change.
    ///
    /// Every object on the way is replaced by a copy unless this tree alone holds it.
    private mutating func withSlot<R>(
        at path: ArraySlice<PathComponent>, noting change: SubtreeChange,
        _ body: (inout TreeNode) -> R
    ) -> R {
        withUnsafeMutablePointer(to: &root) { root in
            var slot = root
            for name in path {
                TreeNode.note(change, in: &slot.pointee)
                precondition(slot.pointee.childCount > 0, "there is no node above the path's")
                slot = ChildPage.uniqueSlot(of: name, in: slot.pointee.childrenSlot)
            }
            return body(&slot.pointee)
        }
    }
}

/// What happened somewhere below a node.
struct SubtreeChange {
    let revision: Revision
    var addedNodeCount = 0
    var addedByteCount = 0
}

extension TreeNode {
    /// Makes the node in a slot one that the slot alone holds, and that knows of a change below it.
    static func note(_ change: SubtreeChange, in slot: inout TreeNode) {
        makeUniqueBranch(&slot)
        let branch = slot.branch
        branch.pointee.subtreeRevision = max(
            branch.pointee.subtreeRevision, change.revision.rawValue)
        branch.pointee.descendantCount += change.addedNodeCount
        branch.pointee.descendantPayloadByteCount += change.addedByteCount
    }
}

extension ChildPage {
    /// The place of a child that is there, the pages above it made unique.
    static func uniqueSlot(
        of name: PathComponent, in root: UnsafeMutablePointer<ChildPage>
    ) -> UnsafeMutablePointer<TreeNode> {
        var slot = root
        makeUnique(&slot.pointee)
        while !slot.pointee.isLeaf {
            slot = slot.pointee.pages + slot.pointee.pageIndex(for: name)
            makeUnique(&slot.pointee)
        }
        let index = slot.pointee.lowerBound(name)
        let isFound = index < slot.pointee.count && slot.pointee.hasName(name, at: index)
        precondition(isFound, "there is no child with that name")
        return slot.pointee.nodes + index
    }
}
