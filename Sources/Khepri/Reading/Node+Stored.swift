import KhepriTree

extension Node where Value: Decodable {
    /// The public node, its payload decoded.
    init(
        _ properties: NodeProperties, _ payload: UnsafeRawBufferPointer?, at path: TreePath
    ) throws {
        self.init(
            path: path,
            value: try payload.map { try ValueCoding.value(of: $0, at: path) },
            payloadVersion: properties.payloadVersion,
            childListVersion: properties.childListVersion,
            childCount: properties.childCount,
            createdRevision: properties.createdRevision,
            modifiedRevision: properties.modifiedRevision,
            childrenRevision: properties.childrenRevision)
    }

    /// The public node of one in a tree, its payload decoded.
    init(_ node: TreeNode, at path: TreePath) throws {
        self = try node.withPayload { try Node(NodeProperties(node), $0, at: path) }
    }
}
