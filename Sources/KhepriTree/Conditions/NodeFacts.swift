/// What a condition can see of one existing node beside its name.
///
/// Nodes of the tree conform, and so do the records of nodes that a command deleted.
package protocol NodeFacts {
    /// How often the payload changed since the node was created, from 1.
    var payloadVersion: UInt64 { get }
    /// How often the child list changed since the node was created, from 1.
    var childListVersion: UInt64 { get }
    /// The number of children.
    var childCount: UInt64 { get }
    /// The revision that created the node.
    var createdRevision: UInt64 { get }
    /// The revision that last changed the payload.
    var modifiedRevision: UInt64 { get }
    /// The revision that last changed the child list.
    var childrenRevision: UInt64 { get }
    /// Whether there is a payload.
    var hasPayload: Bool { get }

    /// Lends the payload's encoded bytes, nil when there is none; they are valid during the call.
    func withPayload<R>(_ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R
}
