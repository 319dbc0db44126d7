/// Why an operation ends early; nothing of it remains.
enum Interruption: Error {
    /// The operation's result is an error; a transaction around it goes on.
    case refused(OperationError)
    /// The whole transaction's result is an error.
    case endsTransaction(OperationError)
    /// The transaction aborts with a reason.
    case aborted(Payload)
    /// The command looks at more nodes than the caller allows in place.
    case visitLimitExceeded
}

extension Interruption {
    /// The operation or one above its target is missing.
    static func notFound(_ path: TreePath, isTarget: Bool) -> Interruption {
        .refused(
            OperationError(
                .nodeNotFound, "expected a node, found none", path: path, isTarget: isTarget))
    }

    /// A node does not meet the condition on it.
    static func mismatching(_ path: TreePath, isTarget: Bool, _ message: String) -> Interruption {
        .refused(OperationError(.mismatchingNode, message, path: path, isTarget: isTarget))
    }

    /// Not an operation that can be.
    static func invalid(_ message: String, path: TreePath? = nil) -> Interruption {
        .refused(OperationError(.invalidOperation, message, path: path))
    }
}
