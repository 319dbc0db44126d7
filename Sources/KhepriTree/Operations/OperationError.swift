/// Why an operation changed nothing.
public struct OperationError: Error, Hashable, Sendable {
    /// The kinds of failure.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The node, or one above it, does not exist.
        case nodeNotFound
        /// The node, or one above it, does not meet the condition on it.
        case mismatchingNode
        /// A keep-while condition of the node that is put does not hold.
        case keepWhileConditionsNotMet
        /// The operation is for one node and its pattern can match several.
        case patternMatchesManyNodes
        /// A write in a read-only transaction.
        case readOnlyTransaction
        /// A text that is not a path.
        case invalidPath
        /// Not an operation, or one that cannot be.
        case invalidOperation
        /// A transaction aborted itself; nothing of it was applied.
        case aborted
        /// The session of the command is not known, or not any more.
        case sessionExpired
        /// There are too many sessions, or too many unanswered commands of one.
        case tooManySessions
        /// The command was applied before, and its nodes are not kept.
        case resultUnavailable
        /// Something that the transaction read has changed since; nothing of it was applied.
        case conflict
    }

    /// The kind of failure.
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

extension OperationError: CustomStringConvertible {
    /// The code, the message and the path if there is one.
    public var description: String {
        guard let path else { return "\(code.rawValue): \(message)" }
        return "\(code.rawValue): \(message) at \(path)"
    }
}
