public import KhepriTree

/// What a write to one node answers.
public struct WriteReceipt: Hashable, Sendable {
    /// The revision of the command: read with ``ReadConsistency/atLeast(_:)`` to see it elsewhere.
    public let revision: Revision
    /// The node's last change of payload; earlier than ``revision`` if an equal value was written.
    public let modifiedRevision: Revision
    /// The node's payload version after the write.
    public let payloadVersion: UInt64
    /// The nodes that keep-while conditions removed as a consequence, in order of their paths.
    ///
    /// None are named where a change of leader made the store send the write once more and it had
    /// been applied by then: what a command did is not kept.
    public let expired: [TreePath]
}

/// What a deletion answers.
public struct DeleteReceipt: Hashable, Sendable {
    /// The revision of the command.
    public let revision: Revision
    /// The nodes that are gone because the command named them or a node above them.
    public let deleted: [TreePath]
    /// The nodes that keep-while conditions removed as a consequence.
    public let expired: [TreePath]
}
