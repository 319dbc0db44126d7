import Testing

@testable import KhepriTree

/// A path as bytes, ordered as nodes are visited.
struct ModelPath: Hashable, Comparable {
    var names: [[UInt8]] = []

    static func < (lhs: ModelPath, rhs: ModelPath) -> Bool {
        for (left, right) in zip(lhs.names, rhs.names) where left != right {
            return left.lexicographicallyPrecedes(right)
        }
        return lhs.names.count < rhs.names.count
    }

    func isBelow(_ other: ModelPath) -> Bool {
        names.count > other.names.count && names.starts(with: other.names)
    }

    var parent: ModelPath { ModelPath(names: names.dropLast()) }

    var ancestors: [ModelPath] {
        names.indices.map { ModelPath(names: Array(names[..<$0])) }
    }

    func treePath() throws -> TreePath {
        TreePath(components: try names.map { try PathComponent(utf8: $0) })
    }
}

/// Everything that can be read of a node.
struct ModelNode: Equatable {
    var payload: [UInt8]?
    var payloadVersion: UInt64 = 1
    var childListVersion: UInt64 = 1
    var createdRevision: UInt64
    var modifiedRevision: UInt64
    var childrenRevision: UInt64
    var subtreeRevision: UInt64 = 0
    var attachment: Int?

    init(createdAt revision: UInt64, payload: [UInt8]? = nil) {
        self.payload = payload
        createdRevision = revision
        modifiedRevision = revision
        childrenRevision = revision
    }

    init(_ node: TreeNode) {
        payload = node.payload?.bytes
        payloadVersion = node.payloadVersion
        childListVersion = node.childListVersion
        createdRevision = node.createdRevision
        modifiedRevision = node.modifiedRevision
        childrenRevision = node.childrenRevision
        subtreeRevision = node.subtreeRevision
        attachment = (node.attachment as? Mark)?.number
    }
}

/// What the tests attach to nodes.
final class Mark: Sendable {
    let number: Int

    init(_ number: Int) {
        self.number = number
    }
}

/// The obviously correct tree: a dictionary of paths.
struct TreeModel {
    private(set) var nodes: [ModelPath: ModelNode] = [ModelPath(): ModelNode(createdAt: 0)]

    /// Nodes above learn of the last change of payload or child list, whatever was edited.
    mutating func edit(_ path: ModelPath, _ body: (inout ModelNode) -> Void) {
        nodes[path].map { node in
            var node = node
            body(&node)
            nodes[path] = node
            note(max(node.modifiedRevision, node.childrenRevision), above: path)
        }
    }

    mutating func insert(_ path: ModelPath, _ node: ModelNode, at revision: UInt64) {
        nodes[path] = node
        note(revision, above: path)
    }

    mutating func remove(_ path: ModelPath, at revision: UInt64) {
        nodes = nodes.filter { $0.key != path && !$0.key.isBelow(path) }
        note(revision, above: path)
    }

    private mutating func note(_ revision: UInt64, above path: ModelPath) {
        for ancestor in path.ancestors {
            let noted = nodes[ancestor]?.subtreeRevision ?? 0
            nodes[ancestor]?.subtreeRevision = max(noted, revision)
        }
    }
}

/// A tree and its model, changed together.
struct ModelledTree {
    var tree: Tree
    var model = TreeModel()
    var revision: UInt64 = 0

    init(pageLimit: Int = Tree.pageLimitStandard) {
        tree = Tree(pageLimit: pageLimit)
    }

    mutating func insert(_ path: ModelPath, payload: [UInt8]?) throws {
        revision += 1
        let fields = Tree.Fields(createdAt: Revision(revision), payload: payload)
        tree.insert(try path.treePath(), fields, at: Revision(revision))
        model.insert(path, ModelNode(createdAt: revision, payload: payload), at: revision)
    }

    mutating func remove(_ path: ModelPath) throws {
        revision += 1
        let removed = try #require(tree.remove(try path.treePath(), at: Revision(revision)))
        #expect(ModelNode(removed) == model.nodes[path])
        #expect(removed.descendantCount == model.nodes.keys.count { $0.isBelow(path) })
        model.remove(path, at: revision)
    }

    /// Compares everything.
    func expectEqual(_ note: Comment? = nil) {
        var found: [(path: ModelPath, node: ModelNode)] = []
        collect(tree.root, at: ModelPath(), into: &found)
        let expected = model.nodes.sorted { $0.key < $1.key }
        #expect(found.map(\.path) == expected.map(\.key), note)
        #expect(found.map(\.node) == expected.map(\.value), note)
        #expect(tree.nodeCount == expected.count)
        #expect(
            tree.payloadByteCount == expected.reduce(0) { $0 + ($1.value.payload?.count ?? 0) })
        tree.checkInvariants()
    }

    private func collect(
        _ node: TreeNode, at path: ModelPath, into found: inout [(path: ModelPath, node: ModelNode)]
    ) {
        found.append((path, ModelNode(node)))
        tree.forEachChild(of: node) { name, child in
            let bytes = name.withUTF8 { Array($0) }
            collect(child, at: ModelPath(names: path.names + [bytes]), into: &found)
            return true
        }
    }
}
