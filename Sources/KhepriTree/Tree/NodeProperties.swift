/// The properties of a node, copied out of the tree.
package struct NodeProperties: Sendable {
    package let hasPayload: Bool
    package let payloadVersion: UInt64
    package let childListVersion: UInt64
    package let childCount: Int
    package let createdRevision: Revision
    package let modifiedRevision: Revision
    package let childrenRevision: Revision

    package init(_ node: TreeNode) {
        hasPayload = node.hasPayload
        payloadVersion = node.payloadVersion
        childListVersion = node.childListVersion
        childCount = Int(node.childCount)
        createdRevision = Revision(node.createdRevision)
        modifiedRevision = Revision(node.modifiedRevision)
        childrenRevision = Revision(node.childrenRevision)
    }
}
