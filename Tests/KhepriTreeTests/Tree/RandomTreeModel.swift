import TestSupport
import Testing

@testable import KhepriTree

/// A random tree as a list of paths and nodes, in order, and what is derived of it, recomputed.
struct RandomTreeModel {
    let nodes: [(path: ModelPath, node: ModelNode)]

    /// - Parameter namesOfEach: The more there are, the wider the tree.
    init(
        count: Int, depthMaximum: Int, namesOfEach: Int,
        using generator: inout TestRandom
    ) {
        var nodes = [ModelPath(): Self.randomNode(using: &generator)]
        var paths = [ModelPath()]
        for _ in 0..<count {
            guard let parent = paths.randomElement(using: &generator),
                parent.names.count < depthMaximum
            else { continue }
            let name = Self.randomName(1...namesOfEach, using: &generator)
            let path = ModelPath(names: parent.names + [name])
            if nodes[path] == nil { paths.append(path) }
            nodes[path] = Self.randomNode(using: &generator)
        }
        self.nodes = nodes.map { ($0.key, $0.value) }.sorted { $0.path < $1.path }
    }

    /// A third of the names are too long to be held inline.
    private static func randomName(
        _ numbers: ClosedRange<Int>, using generator: inout TestRandom
    ) -> [UInt8] {
        let digits = Array("\(Int.random(in: numbers, using: &generator))".utf8)
        return generator.chance(33) ? Array(repeating: 0x78, count: 14) + digits : digits
    }

    private static func randomNode(using generator: inout TestRandom) -> ModelNode {
        let created = UInt64.random(in: 0...100, using: &generator)
        let byteCount = Int.random(in: 0...40, using: &generator)
        var node = ModelNode(
            createdAt: created,
            payload: byteCount == 0 ? nil : Array(repeating: 7, count: byteCount))
        if generator.chance(30) { node.modifiedRevision = created + 3 }
        if generator.chance(30) {
            node.childListVersion = 2
            node.childrenRevision = created + 5
        }
        node.payloadVersion = .random(in: 1...3, using: &generator)
        if generator.chance(10) { node.attachment = Int(created) }
        return node
    }

    /// The tree, built node by node.
    func build(pageLimit: Int) throws -> Tree {
        var builder = TreeBuilder(root: Self.treeNode(nodes[0].node), pageLimit: pageLimit)
        for (path, node) in nodes.dropFirst() {
            let name = try PathComponent(utf8: path.names[path.names.count - 1])
            let depth = path.names.count
            #expect(builder.isNext(name, atDepth: depth))
            builder.add(name, Self.treeNode(node), atDepth: depth)
            #expect(builder.path == (try path.treePath()))
            #expect(!builder.isNext(name, atDepth: depth))
            #expect(!builder.isNext(name, atDepth: depth + 2))
        }
        return builder.finish()
    }

    private static func treeNode(_ node: ModelNode) -> TreeNode {
        var fields = Tree.Fields(createdAt: Revision(node.createdRevision), payload: node.payload)
        fields.payloadVersion = node.payloadVersion
        fields.childListVersion = node.childListVersion
        fields.modifiedRevision = Revision(node.modifiedRevision)
        fields.childrenRevision = Revision(node.childrenRevision)
        fields.attachment = node.attachment.map { Mark($0) }
        return fields.makeNode()
    }

    /// The nodes with the highest revision of a change below them.
    var expected: [ModelNode] {
        nodes.map { path, node in
            var node = node
            let below = nodes.filter { $0.path.isBelow(path) }.map(\.node)
            let revisions = below.flatMap { [$0.modifiedRevision, $0.childrenRevision] }
            node.subtreeRevision = revisions.max() ?? 0
            if !below.isEmpty || node.childrenRevision > node.createdRevision {
                node.subtreeRevision = max(node.subtreeRevision, node.childrenRevision)
            }
            return node
        }
    }
}
