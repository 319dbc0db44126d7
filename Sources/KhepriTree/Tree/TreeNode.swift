/// One node of a tree.
///
/// Versions, revisions and payload are in one allocation. What only few nodes have (children, a
/// changed child list, an attachment) is a ``Branch`` that lies before the payload in those nodes
/// and takes no space in the others: a node with 100 bytes of payload and no children is 160 bytes.
///
/// A node is changed by nobody but a ``Tree`` that holds it alone; everyone who keeps a reference
/// sees the same node for ever.
package final class TreeNode: @unchecked Sendable {
    // Unchecked: the memory is raw. It is written only by a mutating method of the one `Tree` value
    // that holds the one reference, so no other thread can be reading it.

    /// What every node has.
    struct Header {
        var createdRevision: UInt64
        var modifiedRevision: UInt64
        var payloadVersion: UInt64
        var payloadByteCount: UInt32
        var isBranch: Bool
    }

    /// What few nodes have.
    struct Branch {
        var childListVersion: UInt64 = 1
        var childrenRevision: UInt64
        /// The highest revision of a change below the node.
        var subtreeRevision: UInt64 = 0
        var childCount = 0
        /// The nodes below this one, and the payload bytes of those.
        var descendantCount = 0
        var descendantPayloadByteCount = 0
        /// The children in order, nil when there are none.
        var children: ChildPage?
        var attachment: Attachment?
    }

    /// What the state machine ties to a node.
    package typealias Attachment = any AnyObject & Sendable

    private init() {
        preconditionFailure("nodes are made by TreeNode.make, which reserves their memory")
    }

    deinit {
        if header.pointee.isBranch { deinitializeBranch() }
    }
}

extension TreeNode: NodeFacts {
    /// How often the payload changed since the node was created, from 1.
    package var payloadVersion: UInt64 { header.pointee.payloadVersion }
    /// The revision that created the node.
    package var createdRevision: UInt64 { header.pointee.createdRevision }
    /// The revision that last changed the payload.
    package var modifiedRevision: UInt64 { header.pointee.modifiedRevision }

    /// How often the child list changed since the node was created, from 1.
    package var childListVersion: UInt64 {
        header.pointee.isBranch ? branch.pointee.childListVersion : 1
    }

    /// The revision that last changed the child list: at first the one that created the node.
    package var childrenRevision: UInt64 {
        header.pointee.isBranch ? branch.pointee.childrenRevision : createdRevision
    }

    /// The number of children.
    package var childCount: UInt64 {
        header.pointee.isBranch ? UInt64(branch.pointee.childCount) : 0
    }

    /// Whether there is a payload.
    package var hasPayload: Bool { header.pointee.payloadByteCount > 0 }

    /// Lends the payload's encoded bytes, nil when there is none; they are valid during the call.
    @inline(__always)
    package func withPayload<R>(
        _ body: (UnsafeRawBufferPointer?) throws -> R
    ) rethrows -> R {
        try withExtendedLifetime(self) {
            try body(hasPayload ? payloadBytes : nil)
        }
    }
}

extension TreeNode {
    /// A copy of the payload.
    package var payload: Payload? {
        hasPayload ? Payload(validated: Array(payloadBytes)) : nil
    }

    /// The length of the payload, 0 when there is none.
    package var payloadByteCount: Int { Int(header.pointee.payloadByteCount) }

    /// The highest revision of a change below the node, 0 when there never was one.
    ///
    /// It never decreases; the node's own payload and properties do not count.
    package var subtreeRevision: UInt64 {
        header.pointee.isBranch ? branch.pointee.subtreeRevision : 0
    }

    /// The nodes below this one, without it.
    package var descendantCount: Int {
        header.pointee.isBranch ? branch.pointee.descendantCount : 0
    }

    /// The payload bytes of this node and those below it.
    package var subtreePayloadByteCount: Int {
        payloadByteCount + (header.pointee.isBranch ? branch.pointee.descendantPayloadByteCount : 0)
    }

    /// What the state machine tied to the node.
    package var attachment: Attachment? {
        header.pointee.isBranch ? branch.pointee.attachment : nil
    }

    /// The page above all children, nil when there are none, unretained: valid while this node is
    /// held and not changed.
    @inline(__always)
    var unmanagedChildren: Unmanaged<ChildPage>? {
        guard header.pointee.isBranch, branch.pointee.childCount > 0 else { return nil }
        return Unmanaged.passUnretained(childrenSlot.pointee)
    }

    /// The child with a name, unretained: valid while this node is held and not changed.
    @inline(__always)
    func unmanagedChild(_ name: UnsafePointer<PathComponent>) -> Unmanaged<TreeNode>? {
        guard header.pointee.isBranch, branch.pointee.childCount > 0 else { return nil }
        return childrenSlot.pointee.find(name)
    }
}
