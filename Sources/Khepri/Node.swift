public import KhepriTree

/// A node as a read found it.
public struct Node<Value: Sendable>: Sendable {
    /// Where it is.
    public let path: TreePath
    /// Its payload, nil if it has none.
    public let value: Value?
    /// Counts the changes of the payload; 1 when the node is created.
    public let payloadVersion: UInt64
    /// Counts the commands that added or removed children; 1 when the node is created.
    public let childListVersion: UInt64
    /// How many children it has.
    public let childCount: Int
    /// The revision of the command that created it.
    public let createdRevision: Revision
    /// The revision of the last change of its payload.
    public let modifiedRevision: Revision
    /// The revision of the last change of its child list.
    public let childrenRevision: Revision

    package init(
        path: TreePath, value: Value?, payloadVersion: UInt64, childListVersion: UInt64,
        childCount: Int, createdRevision: Revision, modifiedRevision: Revision,
        childrenRevision: Revision
    ) {
        self.path = path
        self.value = value
        self.payloadVersion = payloadVersion
        self.childListVersion = childListVersion
        self.childCount = childCount
        self.createdRevision = createdRevision
        self.modifiedRevision = modifiedRevision
        self.childrenRevision = childrenRevision
    }
}

extension Node: Equatable where Value: Equatable {}
extension Node: Hashable where Value: Hashable {}
