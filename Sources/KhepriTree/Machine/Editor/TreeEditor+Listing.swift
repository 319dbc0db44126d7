extension ResultNode {
    /// The properties of a node in the tree that a result asks for.
    init(_ path: TreePath, _ node: TreeNode, _ returning: NodePropertySet, in tree: Tree) {
        self.init(path: path)
        setNumbers(NodeImage(node), returning)
        if returning.contains(.payload) { payload = node.payload }
        if returning.contains(.hasPayload), node.hasPayload { hasPayload = true }
        if returning.contains(.childNames) { childNames = tree.childNames(of: node) }
    }

    mutating func setNumbers(_ image: NodeImage, _ returning: NodePropertySet) {
        if returning.contains(.payloadVersion) { payloadVersion = image.payloadVersion }
        if returning.contains(.childListVersion) { childListVersion = image.childListVersion }
        if returning.contains(.childCount) { childCount = image.childCount }
        if returning.contains(.createdRevision) {
            createdRevision = Revision(image.createdRevision)
        }
        if returning.contains(.modifiedRevision) {
            modifiedRevision = Revision(image.modifiedRevision)
        }
        if returning.contains(.childrenRevision) {
            childrenRevision = Revision(image.childrenRevision)
        }
    }
}

extension Tree {
    /// The names of the children of a node, in order.
    func childNames(of node: TreeNode) -> [PathComponent] {
        var names: [PathComponent] = []
        names.reserveCapacity(Int(node.childCount))
        forEachChild(of: node) { name, _ in
            names.append(name)
            return true
        }
        return names
    }
}

/// The nodes that an operation wrote, each as it was right after its write.
struct WriteListing {
    fileprivate let options: TreeOperation.Options
    private let wantsNodes: Bool
    fileprivate var written: [ResultNode] = []

    init(_ options: TreeOperation.Options, in editor: TreeEditor) {
        self.options = options
        wantsNodes = editor.wantsNodes
    }

    /// Adds a node that was just written: its new numbers, with its former payload.
    ///
    /// - Parameter isNew: Whether what was there before is not told.
    mutating func add(_ path: TreePath, asNew isNew: Bool = false, in editor: TreeEditor) {
        guard wantsNodes else { return }
        written.append(editor.listWritten(path, options.returning, asNew: isNew))
    }

    /// Adds the root that is about to be emptied: it counts as deleted, though it stays.
    mutating func addEmptiedRoot(_ tree: Tree) {
        guard wantsNodes else { return }
        var root = ResultNode(.root, tree.root, options.returning, in: tree)
        if options.returning.contains(.deleteReason) { root.deleteReason = .explicit }
        written.append(root)
    }
}

extension TreeEditor {
    /// The result of a write: what it wrote, and every node that it removed.
    ///
    /// A node that was written and removed is listed as removed.
    func result(_ listing: WriteListing) -> OperationResult {
        guard wantsNodes else { return .nodes([]) }
        let options = listing.options
        var removed: [ResultNode] = []
        for number in removedInOperation where records[number].current == nil {
            guard let last = records[number].removed else { continue }
            guard last.reason == .explicit || options.returnIndirectDeletes else { continue }
            removed.append(listRemoved(records[number].path, last, options.returning))
        }
        var nodes = listing.written
        if !removed.isEmpty {
            let isRemoved = Set(removed.map(\.path))
            nodes.removeAll { isRemoved.contains($0.path) }
            nodes += removed
        }
        if nodes.count > 1 { nodes.sort { $0.path < $1.path } }
        return .nodes(nodes)
    }

    /// A node that was just written.
    fileprivate func listWritten(
        _ path: TreePath, _ returning: NodePropertySet, asNew isNew: Bool
    ) -> ResultNode {
        var listed = ResultNode(path: path)
        guard let number = find(path), records[number].operation == operation,
            let image = records[number].current
        else {
            guard let node = tree.node(at: path) else { return listed }
            return ResultNode(path, node, returning, in: tree)
        }
        let isCreated = isNew || records[number].creatingOperation == operation
        let former = isCreated ? nil : records[number].atOperationStart
        listed.setNumbers(image, returning)
        if returning.contains(.payload), let former {
            listed.payload =
                former.hasUnchangedPayload
                ? tree.node(at: path)?.payload : former.payload(present: nil)
        }
        let hasPayload = image.hasPayload || former?.hasPayload == true
        if returning.contains(.hasPayload), hasPayload { listed.hasPayload = true }
        if returning.contains(.childNames) {
            listed.childNames = tree.node(at: path).map { tree.childNames(of: $0) }
        }
        return listed
    }

    /// A node that is gone, with its last properties.
    private func listRemoved(
        _ path: TreePath, _ removed: ChangeRecord.Removed, _ returning: NodePropertySet
    ) -> ResultNode {
        var listed = ResultNode(path: path)
        listed.setNumbers(removed.image, returning)
        if returning.contains(.payload) { listed.payload = removed.image.payload(present: nil) }
        if returning.contains(.hasPayload), removed.image.hasPayload { listed.hasPayload = true }
        if returning.contains(.childNames) { listed.childNames = tree.childNames(of: removed.node) }
        if returning.contains(.deleteReason) { listed.deleteReason = removed.reason }
        return listed
    }
}
