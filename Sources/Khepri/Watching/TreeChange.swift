public import KhepriTree

/// What one command did to one node, as a watch tells it.
public struct TreeChange: Sendable {
    /// What happened to the node.
    public enum Kind: String, Sendable, Hashable {
        /// It was there when the watch began.
        case present
        /// It was not there before.
        case created
        /// Its payload changed, or it was removed and made again.
        case updated
        /// It is gone.
        case deleted
    }

    /// What happened.
    public let kind: Kind
    /// Where the node is, or was.
    public let path: TreePath
    /// The revision of the command; for a node that was present, of the whole listing.
    public let revision: Revision
    /// From where to go on later without missing a change or seeing one twice, if all before this change
    /// is dealt with.
    ///
    /// That is the revision if this is the last change of it that the watch tells, and the one before if
    /// not. Nil while the present nodes are listed.
    public let resumePoint: Revision?
    /// Why the node is gone, nil if it is there.
    public let deleteReason: DeleteReason?

    /// The node before and after, elsewhere: a change is handed on often, and looked at once.
    private let sides: Sides

    private final class Sides: Sendable {
        let before: RecordedNode?
        let after: RecordedNode?

        init(before: RecordedNode?, after: RecordedNode?) {
            self.before = before
            self.after = after
        }
    }

    /// The node before the change, nil if it was not there.
    ///
    /// A node that one command made and removed again has its last properties here.
    /// - Throws: ``StoreError`` `.valueCoding` if the payload is not of the type.
    public func old<Value: Decodable & Sendable>(
        as type: Value.Type = Value.self
    ) throws -> Node<Value>? {
        try sides.before?.node(at: path)
    }

    /// The node after the change, nil if it is gone.
    ///
    /// - Throws: ``StoreError`` `.valueCoding` if the payload is not of the type.
    public func new<Value: Decodable & Sendable>(
        as type: Value.Type = Value.self
    ) throws -> Node<Value>? {
        try sides.after?.node(at: path)
    }

    /// The payload after the change, nil if there is none.
    ///
    /// - Throws: ``StoreError`` `.valueCoding` if it is not of the type.
    public func value<Value: Decodable & Sendable>(
        as type: Value.Type = Value.self
    ) throws -> Value? {
        try new(as: type)?.value
    }
}

extension TreeChange {
    /// - Parameter isLast: Whether the watch tells no other change of the revision.
    init(_ change: RecordedChange, isLast: Bool) {
        kind = change.new == nil ? .deleted : change.old == nil ? .created : .updated
        path = change.path
        revision = change.revision
        resumePoint = isLast ? change.revision : Revision(change.revision.rawValue - 1)
        deleteReason = change.reason
        sides = Sides(before: change.old, after: change.new)
    }

    /// The change as the history keeps it.
    var recorded: RecordedChange {
        RecordedChange(
            revision: revision, path: path, old: sides.before, new: sides.after,
            reason: deleteReason)
    }

    /// A node that is there.
    init(present node: RecordedNode, at path: TreePath, in revision: Revision, isLast: Bool) {
        kind = .present
        self.path = path
        self.revision = revision
        resumePoint = isLast ? revision : nil
        deleteReason = nil
        sides = Sides(before: nil, after: node)
    }
}

extension RecordedNode {
    fileprivate func node<Value: Decodable & Sendable>(at path: TreePath) throws -> Node<Value> {
        try withPayload { try Node(properties, $0, at: path) }
    }
}
