public import KhepriTree

/// An immutable copy of a whole tree at one revision, for any number of synchronous reads.
///
/// Taking a view is O(1). While it is held, writes copy what they change, so the view never
/// changes; release it when it is no longer needed, because it keeps old nodes in memory.
public struct TreeView: Sendable {
    private let held: HeldTree
    /// The revision of the last command the view includes.
    public let revision: Revision

    /// Makes a view of a tree, which goes to the reclamation with the last copy of the view.
    init(tree: Tree, revision: Revision, _ reclamation: TreeReclamation) {
        held = HeldTree(tree, reclamation)
        self.revision = revision
    }

    var tree: Tree { held.tree }

    /// The value at a path.
    ///
    /// - Returns: nil where there is no node or the node has no payload.
    /// - Throws: ``StoreError`` `.valueCoding` if the payload is not of the type.
    /// - Complexity: O(depth × log of the children on the way).
    public func get<Value: Decodable & Sendable>(
        _ path: TreePath, as type: Value.Type = Value.self
    ) throws -> Value? {
        try tree.value(at: path, as: type)
    }

    /// The node at a path, nil where there is none.
    ///
    /// - Throws: ``StoreError`` `.valueCoding` if the payload is not of the type.
    public func node<Value: Decodable & Sendable>(
        at path: TreePath, as type: Value.Type = Value.self
    ) throws -> Node<Value>? {
        try tree.publicNode(at: path, as: type)
    }

    /// The nodes that match a pattern, in the order of their paths.
    ///
    /// A large listing is read page by page: pass the path of the last node as `after`.
    /// - Parameters:
    ///   - pattern: What to list; the root is listed only by the pattern `/`.
    ///   - type: What to decode; `Payload` gives the encoded bytes as they are.
    ///   - after: List only what comes behind this path.
    ///   - limit: List at most so many nodes.
    /// - Throws: ``StoreError`` `.valueCoding` if a payload is not of the type.
    /// - Complexity: O(nodes the pattern makes the walk visit).
    public func nodes<Value: Decodable & Sendable>(
        matching pattern: TreePattern,
        as type: Value.Type = Value.self,
        after: TreePath? = nil,
        limit: Int? = nil
    ) throws -> [Node<Value>] {
        var nodes: [Node<Value>] = []
        guard limit.map({ $0 > 0 }) ?? true else { return nodes }
        try forEachNode(matching: pattern, after: after) { node in
            nodes.append(node)
            return limit.map { nodes.count < $0 } ?? true
        }
        return nodes
    }

    /// Calls `body` with the nodes that match a pattern, in the order of their paths, until it
    /// returns false.
    package func forEachNode<Value: Decodable & Sendable>(
        matching pattern: TreePattern, after: TreePath? = nil,
        _ body: (Node<Value>) throws -> Bool
    ) throws {
        try tree.forEachMatch(of: pattern, after: after) { path, node in
            try body(try Node(node, at: path))
        }
    }

    /// Whether there is a node at the path.
    public func exists(_ path: TreePath) -> Bool {
        tree.node(at: path) != nil
    }

    /// How many distinct nodes match a pattern.
    public func count(matching pattern: TreePattern) -> Int {
        var count = 0
        tree.forEachMatch(of: pattern, after: nil) { _, _ in
            count += 1
            return true
        }
        return count
    }

    /// The names of the children of a node in the order of their bytes, nil where there is no node.
    ///
    /// - Parameters:
    ///   - path: The parent.
    ///   - after: List only names behind this one.
    ///   - limit: List at most so many names.
    public func childNames(
        of path: TreePath, after: PathComponent? = nil, limit: Int = .max
    ) -> [PathComponent]? {
        tree.childNames(of: path, after: after, limit: limit)
    }
}
