/// The answer to one ``TreeOperation``.
public enum OperationResult: Hashable, Sendable {
    /// Distinct nodes, sorted by path.
    case nodes([ResultNode])
    /// The answer of `exists` and `hasPayload`.
    case boolean(Bool)
    /// The answer of `count`.
    case count(Int)
    /// A transaction that returned: one result an operation.
    case results([OperationResult])
    /// A transaction that aborted with this reason: nothing changed.
    case aborted(reason: Payload)
    /// An `abortIfError` that let the transaction go on.
    case ok
    /// Nothing changed.
    case error(OperationError)
}

/// A node in an ``OperationResult``; a property that was not asked for or has no value is nil.
public struct ResultNode: Hashable, Sendable {
    /// Where the node is, or was.
    public var path: TreePath
    /// The value; for an updated node the former one.
    public var payload: Payload?
    /// Only `true` or nil.
    public var hasPayload: Bool?
    /// How often the payload changed, from 1.
    public var payloadVersion: UInt64?
    /// How often a child appeared or went, from 1.
    public var childListVersion: UInt64?
    /// The number of children.
    public var childCount: UInt64?
    /// The names of the children, sorted by bytes.
    public var childNames: [PathComponent]?
    /// Why the command removed the node; nil for a node that is still there.
    public var deleteReason: DeleteReason?
    /// The revision that created the node.
    public var createdRevision: Revision?
    /// The revision of the last change of the payload.
    public var modifiedRevision: Revision?
    /// The revision of the last change of the child list.
    public var childrenRevision: Revision?

    package init(path: TreePath) {
        self.path = path
    }
}

/// Why a command removed a node.
public enum DeleteReason: String, Hashable, Sendable {
    /// The operation asked for it, for the node or an ancestor.
    case explicit
    /// A keep-while condition of the node or an ancestor no longer held.
    case keepWhile
}
