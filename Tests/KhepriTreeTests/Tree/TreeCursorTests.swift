import TestSupport
import Testing

@testable import KhepriTree

@Suite("Tree cursor") struct TreeCursorTests {
    @Test(arguments: [4, 5, 32]) func `it visits every node once in the order of the paths`(
        pageLimit: Int
    ) throws {
        var generator = TestRandom(for: "tree cursor")
        for count in [0, 1, 30, 300] {
            for names in [2, 1_000] {
                let model = RandomTreeModel(
                    count: count, depthMaximum: 6, namesOfEach: names, using: &generator)
                let tree = try model.build(pageLimit: pageLimit)
                let visited = try Self.visit(tree) { _ in false }
                #expect(visited.map(\.path) == (try model.nodes.map { try $0.path.treePath() }))
                #expect(visited.map(\.node) == model.expected)
            }
        }
    }

    @Test(arguments: [4, 32]) func `it passes over what is below a node`(pageLimit: Int) throws {
        var generator = TestRandom(for: "tree cursor, passing over")
        for _ in 0..<20 {
            let model = RandomTreeModel(
                count: 80, depthMaximum: 5, namesOfEach: 20, using: &generator)
            let tree = try model.build(pageLimit: pageLimit)
            let passed = Set(
                try model.nodes.map { try $0.path.treePath() }
                    .filter { !$0.isRoot && generator.chance(20) })
            let visited = try Self.visit(tree) { passed.contains($0) }
            let expected = try model.nodes.map { try $0.path.treePath() }.filter { path in
                !passed.contains { $0 != path && $0.isPrefix(of: path) }
            }
            #expect(visited.map(\.path) == expected)
        }
    }

    @Test func `it rests while the tree changes, and goes on in the tree it began with`() throws {
        var tree = Tree()
        for number in 0..<500 {
            let path = TreePath(components: [try PathComponent("\(1_000 + number)")])
            tree.insert(path, Tree.Fields(createdAt: Revision(1), payload: [1]), at: Revision(1))
        }
        var cursor = TreeCursor(tree)
        var count = 1
        while cursor.advance() {
            count += 1
            cursor.withNode { #expect($0.payload?.bytes == [1]) }
            _ = tree.edit(cursor.path) { $0.payload = .set([2]) }
            if count % 3 == 0 { _ = tree.remove(cursor.path, at: Revision(3)) }
        }
        #expect(count == 501)
        #expect(tree.nodeCount < 400)
        tree.checkInvariants()
    }

    @Test func `a deep chain is no deeper for the stack`() throws {
        let tree = try DeepTree.chain(depth: 20_000)
        let depth = try SmallStack.run {
            var cursor = TreeCursor(tree)
            while cursor.advance() {}
            return cursor.depth
        }
        #expect(depth == 20_000)
    }

    private static func visit(
        _ tree: Tree, passingOver: (TreePath) -> Bool
    ) throws -> [(path: TreePath, node: ModelNode)] {
        var cursor = TreeCursor(tree)
        var visited: [(path: TreePath, node: ModelNode)] = []
        while true {
            let path = cursor.path
            #expect(cursor.depth == path.depth)
            #expect(cursor.name == path.name)
            visited.append((path, cursor.withNode { ModelNode($0) }))
            let isPassed = passingOver(path)
            guard isPassed ? cursor.advanceOverChildren() : cursor.advance() else { break }
        }
        let last = cursor.path
        let isAtEnd = !cursor.advanceOverChildren()
        #expect(isAtEnd)
        #expect(cursor.path == last, "a step that is not made changes nothing")
        return visited
    }
}
