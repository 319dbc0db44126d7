/// What one command did to one node.
package struct NodeChange: Sendable {
    /// Where the node is, or was.
    package let path: TreePath
    /// The properties before the command, nil when there was no such node.
    package let old: NodeImage?
    /// The properties after the command, nil when there is no such node.
    package let new: NodeImage?
    /// The last properties of a node that is gone at the end, with all that the command wrote to
    /// it.
    package let removed: NodeImage?
    /// Why the node is gone.
    package let deleteReason: DeleteReason?
}

extension NodeChange {
    /// What happened on the whole.
    package enum Kind: Hashable, Sendable {
        case created, updated, deleted
    }

    /// What happened on the whole; a node that was created and removed again counts as deleted.
    package var kind: Kind {
        guard new != nil else { return .deleted }
        return old == nil ? .created : .updated
    }

    /// Whether the node was removed and another one created at its place.
    package var isReplacement: Bool {
        guard let old, let new else { return false }
        return new.createdRevision != old.createdRevision
    }

    /// Whether payload or payload version differ; false for a change of the children only.
    package var isPayloadChanged: Bool {
        guard let old, let new else { return true }
        return !new.hasUnchangedPayload && (old.hasPayload || new.hasPayload) || isReplacement
    }
}

/// Everything that one command changed, each node once, sorted by path.
///
/// Results, watch events, projections, triggers, the state hash and the statistics derive from it.
package struct ChangeSet: Sendable {
    /// The changes, parents before their children.
    package internal(set) var changes: [NodeChange] = []

    /// Whether nothing changed.
    package var isEmpty: Bool { changes.isEmpty }
}
