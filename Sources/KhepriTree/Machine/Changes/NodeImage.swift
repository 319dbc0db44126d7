/// The properties of a node at one moment of a command.
package struct NodeImage: Sendable {
    package internal(set) var payloadVersion: UInt64
    package internal(set) var childListVersion: UInt64
    package internal(set) var childCount: UInt64
    package internal(set) var createdRevision: UInt64
    package internal(set) var modifiedRevision: UInt64
    package internal(set) var childrenRevision: UInt64
    /// The payload, or where to find it.
    package internal(set) var payloadState: PayloadState
    /// The keep-while set.
    package internal(set) var keepWhile: KeepWhileSet?

    /// Payloads are copied only when the tree is about to lose them.
    package enum PayloadState: Sendable {
        case none
        /// A copy, or the array that the command brought.
        case copied(Payload)
        /// The payload of a node that is no longer in the tree.
        case removed(TreeNode)
        /// There is one, the command did not change it, and the tree still has it.
        case unchanged
    }

    /// The image of a node in the tree.
    init(_ node: TreeNode) {
        payloadVersion = node.payloadVersion
        childListVersion = node.childListVersion
        childCount = node.childCount
        createdRevision = node.createdRevision
        modifiedRevision = node.modifiedRevision
        childrenRevision = node.childrenRevision
        payloadState = node.hasPayload ? .unchanged : .none
        keepWhile = node.keepWhileSet
    }

    /// The image of a node that a command creates.
    init(createdAt revision: Revision, payload: Payload?, keepWhile: KeepWhileSet?) {
        payloadVersion = 1
        childListVersion = 1
        childCount = 0
        createdRevision = revision.rawValue
        modifiedRevision = revision.rawValue
        childrenRevision = revision.rawValue
        payloadState = payload.map { .copied($0) } ?? .none
        self.keepWhile = keepWhile
    }
}

extension NodeImage {
    /// Whether there is a payload.
    package var hasPayload: Bool {
        if case .none = payloadState { return false }
        return true
    }

    /// Whether the payload is the one that the tree still has.
    var hasUnchangedPayload: Bool {
        if case .unchanged = payloadState { return true }
        return false
    }

    /// The payload; `present` is the node in the tree, for a payload that was not changed.
    package func payload(present: TreeNode?) -> Payload? {
        switch payloadState {
        case .none: nil
        case .copied(let payload): payload
        case .removed(let node): node.payload
        case .unchanged: present?.payload
        }
    }

    /// The fields to write into the tree, the payload aside.
    func write(to fields: inout Tree.Fields) {
        fields.payloadVersion = payloadVersion
        fields.childListVersion = childListVersion
        fields.createdRevision = Revision(createdRevision)
        fields.modifiedRevision = Revision(modifiedRevision)
        fields.childrenRevision = Revision(childrenRevision)
        fields.attachment = keepWhile
    }
}

extension TreeNode {
    /// The keep-while set tied to the node.
    package var keepWhileSet: KeepWhileSet? {
        guard let attachment else { return nil }
        return attachment as? KeepWhileSet
    }
}
