import KhepriTree

// What the public reads of one tree are made of.
extension Tree {
    /// The value at a path, nil where there is no node or the node has no payload.
    func value<Value: Decodable & Sendable>(
        at path: TreePath, as type: Value.Type
    ) throws -> Value? {
        try withNode(at: path) { node in
            try node?.withPayload { payload in
                try payload.map { try ValueCoding.value(of: $0, at: path, as: type) }
            }
        }
    }

    /// The node at a path, nil where there is none.
    func publicNode<Value: Decodable & Sendable>(
        at path: TreePath, as type: Value.Type
    ) throws -> Node<Value>? {
        try withNode(at: path) { try $0.map { try Node($0, at: path) } }
    }

    /// The names of the children of a node in the order of their bytes, nil where there is no node.
    func childNames(
        of path: TreePath, after: PathComponent? = nil, limit: Int = .max
    ) -> [PathComponent]? {
        guard let parent = node(at: path) else { return nil }
        var names: [PathComponent] = []
        guard limit > 0 else { return names }
        forEachChild(of: parent, after: after) { name, _ in
            names.append(name)
            return names.count < limit
        }
        return names
    }
}
