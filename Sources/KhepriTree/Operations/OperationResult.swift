/// The answer to one ``TreeOperation``.
public enum OperationResult: Hashable, Sendable {
    /// Distinct nodes, sorted by path.
    case nodes([ResultNode])
    case boolean(Bool)
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
    public var path: TreePath
    public var payload: Payload?
    /// Only `true` or nil.
    public var hasPayload: Bool?
    public var payloadVersion: UInt64?
    public var childListVersion: UInt64?
    public var childCount: UInt64?
    public var childNames: [PathComponent]?
    public var deleteReason: DeleteReason?
    public var createdRevision: Revision?
    public var modifiedRevision: Revision?
    public var childrenRevision: Revision?

    package init(path: TreePath) {
        self.path = path
    }
}

/// Why a command removed a node.
public enum DeleteReason: String, Hashable, Sendable {
    case explicit, keepWhile
}

/// Why an operation changed nothing.
public struct OperationError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case nodeNotFound, mismatchingNode, keepWhileConditionsNotMet, patternMatchesManyNodes
        case readOnlyTransaction, invalidPath, invalidOperation
    }

    public var code: Code
    /// The failing node or, for a malformed operation, the offending path where there is one.
    public var path: TreePath?
    /// Whether `path` is the operation's target and not one of its ancestors.
    public var isTarget: Bool?
    /// What was expected and what was found.
    public var message: String

    package init(_ code: Code, _ message: String, path: TreePath? = nil, isTarget: Bool? = nil) {
        self.code = code
        self.message = message
        self.path = path
        self.isTarget = isTarget
    }
}
