package import CBOR

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

    package init(_ image: NodeImage) {
        hasPayload = image.hasPayload
        payloadVersion = image.payloadVersion
        childListVersion = image.childListVersion
        childCount = Int(image.childCount)
        createdRevision = Revision(image.createdRevision)
        modifiedRevision = Revision(image.modifiedRevision)
        childrenRevision = Revision(image.childrenRevision)
    }

    /// Writes the properties, each a number.
    package func write(to writer: inout CBORWriter) {
        writer.writeUnsigned(payloadVersion)
        writer.writeUnsigned(childListVersion)
        writer.writeUnsigned(UInt64(childCount))
        writer.writeUnsigned(createdRevision.rawValue)
        writer.writeUnsigned(modifiedRevision.rawValue)
        writer.writeUnsigned(childrenRevision.rawValue)
    }

    /// Reads what ``write(to:)`` wrote.
    package init(hasPayload: Bool, from reader: inout CBORReader) throws {
        self.hasPayload = hasPayload
        payloadVersion = try reader.readUnsigned()
        childListVersion = try reader.readUnsigned()
        childCount = Int(clamping: try reader.readUnsigned())
        createdRevision = Revision(try reader.readUnsigned())
        modifiedRevision = Revision(try reader.readUnsigned())
        childrenRevision = Revision(try reader.readUnsigned())
    }
}
