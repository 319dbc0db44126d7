import KhepriTree

/// The properties of a node, copied out of the tree, with the node kept for its payload.
struct NodeFields {
    let source: TreeNode
    let hasPayload: Bool
    let payloadVersion: UInt64
    let childListVersion: UInt64
    let childCount: Int
    let createdRevision: Revision
    let modifiedRevision: Revision
    let childrenRevision: Revision

    init(_ node: TreeNode) {
        source = node
        hasPayload = node.hasPayload
        payloadVersion = node.payloadVersion
        childListVersion = node.childListVersion
        childCount = Int(node.childCount)
        createdRevision = Revision(node.createdRevision)
        modifiedRevision = Revision(node.modifiedRevision)
        childrenRevision = Revision(node.childrenRevision)
    }

    /// The public node, its payload decoded.
    func node<Value: Decodable & Sendable>(
        at path: TreePath, as type: Value.Type
    ) throws -> Node<Value> {
        Node(
            path: path,
            value: try ValueCoding.value(of: source, at: path, as: type),
            payloadVersion: payloadVersion,
            childListVersion: childListVersion,
            childCount: childCount,
            createdRevision: createdRevision,
            modifiedRevision: modifiedRevision,
            childrenRevision: childrenRevision)
    }
}
