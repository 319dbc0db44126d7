public import KhepriTree

/// Synchronous point reads of this member's applied tree.
///
/// They walk the live tree under a striped read lock and decode after it, so they never wait for
/// the disk, and for a writer only while it applies one small command.
public struct LocalReads: Sendable {
    let published: PublishedTree

    /// The revision of the last command this member has applied.
    public var revision: Revision { published.revision }

    /// The value at a path, nil where there is no node or the node has no payload.
    ///
    /// - Throws: ``StoreError`` `.valueCoding` if the payload is not of the type.
    /// - Complexity: O(depth × log of the children on the way); no I/O.
    public func get<Value: Decodable & Sendable>(
        _ path: TreePath, as type: Value.Type = Value.self
    ) throws -> Value? {
        let payload = published.payload(at: path)
        guard !payload.isEmpty else { return nil }
        return try payload.withBytes { try ValueCoding.value(of: $0, at: path, as: type) }
    }

    /// The node at a path, nil where there is none.
    ///
    /// - Throws: ``StoreError`` `.valueCoding` if the payload is not of the type.
    public func node<Value: Decodable & Sendable>(
        at path: TreePath, as type: Value.Type = Value.self
    ) throws -> Node<Value>? {
        guard let (properties, payload) = published.node(at: path) else { return nil }
        return try payload.withBytes {
            try Node(properties, properties.hasPayload ? $0 : nil, at: path)
        }
    }

    /// Whether there is a node at the path.
    public func exists(_ path: TreePath) -> Bool {
        published.hasNode(at: path)
    }
}
