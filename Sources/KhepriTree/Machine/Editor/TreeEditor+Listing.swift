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
    private let options: TreeOperation.Options
    private let wantsNodes: Bool
    private(set) var written: [TreePath: ResultNode] = [:]

    init(_ options: TreeOperation.Options, in editor: TreeEditor) {
        self.options = options
        wantsNodes = editor.wantsNodes
    }

    /// Adds a node that was just written: its new numbers, with its former payload.
    ///
    /// - Parameter former: The node before the write, nil when the write created it.
    mutating func add(_ path: TreePath, replacing former: TreeNode?, in tree: Tree) {
        guard wantsNodes, let node = tree.node(at: path) else { return }
        let returning = options.returning
        var listed = ResultNode(path, node, returning.subtracting(.payload), in: tree)
        if returning.contains(.payload) { listed.payload = former?.payload }
        if returning.contains(.hasPayload), former?.hasPayload == true { listed.hasPayload = true }
        written[path] = listed
    }

    /// Adds the root that is about to be emptied: it counts as deleted, though it stays.
    mutating func addEmptiedRoot(_ tree: Tree) {
        guard wantsNodes else { return }
        var root = ResultNode(.root, tree.root, options.returning, in: tree)
        if options.returning.contains(.deleteReason) { root.deleteReason = .explicit }
        written[.root] = root
    }

    /// Adds a node that the operation removed, in place of its entry as a written one.
    mutating func add(_ path: TreePath, _ removed: ChangeRecord.Removed, in tree: Tree) {
        if removed.reason == .keepWhile, !options.returnIndirectDeletes { return }
        let returning = options.returning
        var listed = ResultNode(path: path)
        listed.setNumbers(removed.image, returning)
        if returning.contains(.payload) { listed.payload = removed.image.payload(present: nil) }
        if returning.contains(.hasPayload), removed.image.hasPayload { listed.hasPayload = true }
        if returning.contains(.childNames) { listed.childNames = tree.childNames(of: removed.node) }
        if returning.contains(.deleteReason) { listed.deleteReason = removed.reason }
        written[path] = listed
    }
}

extension TreeEditor {
    /// The result of a write: what it wrote, and every node that it removed.
    func result(_ listing: WriteListing) -> OperationResult {
        guard wantsNodes else { return .nodes([]) }
        var listing = listing
        for record in records where record.operation == operation && record.current == nil {
            guard let removed = record.removed else { continue }
            listing.add(record.path, removed, in: tree)
        }
        return .nodes(listing.written.values.sorted { $0.path < $1.path })
    }
}
