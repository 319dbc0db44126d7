import TestSupport
import Testing

@testable import KhepriTree

@Suite("Tree builder") struct TreeBuilderTests {
    @Test(arguments: [4, 5, 7, 32]) func `it builds the tree of the nodes it is given`(
        pageLimit: Int
    ) throws {
        var generator = TestRandom(for: "tree builder")
        for count in [0, 1, 2, 10, 200] {
            for names in [1, 3, 500] {
                let model = RandomTreeModel(
                    count: count, depthMaximum: 8, namesOfEach: names, using: &generator)
                let tree = try model.build(pageLimit: pageLimit)
                tree.checkInvariants()
                #expect(tree.nodeCount == model.nodes.count)
                let nodes = try model.nodes.map { tree.node(at: try $0.path.treePath()) }
                #expect(nodes.map { $0.map(ModelNode.init) } == model.expected)
            }
        }
    }

    @Test(arguments: Array(0...70) + [124, 125, 126, 624, 625, 626, 3_125, 3_126])
    func `pages are full whatever the number of children`(count: Int) throws {
        let tree = try Self.flat(count, pageLimit: 5)
        tree.checkInvariants()
        #expect(tree.root.childCount == UInt64(count))
        var pageCounts: [Int] = []
        var level = count
        while level > 1 || (pageCounts.isEmpty && level == 1) {
            level = (level + 4) / 5
            pageCounts.append(level)
        }
        #expect(Self.pageCounts(tree) == pageCounts)
    }

    @Test func `what was built can be changed like any other tree`() throws {
        var tree = try Self.flat(300, pageLimit: 4)
        let copy = tree
        for number in 0..<300 where number % 3 > 0 {
            let path = try Self.path(number)
            #expect(tree.remove(path, at: Revision(2)) != nil)
            tree.checkInvariants()
            if number % 2 == 0 {
                tree.insert(path, Tree.Fields(createdAt: Revision(3)), at: Revision(3))
            }
        }
        tree.checkInvariants()
        #expect(tree.nodeCount == 201)
        #expect(copy.nodeCount == 301)
        copy.checkInvariants()
    }

    @Test(arguments: [0, 1, 2]) func `a node out of order is a programmer's error`(
        place: Int
    ) async {
        await #expect(processExitsWith: .failure) { [place] in
            let node = Tree.Fields(createdAt: .zero).makeNode()
            var builder = TreeBuilder(root: node, pageLimit: 4)
            builder.add("b", node, atDepth: 1)
            switch place {
            case 0: builder.add("a", node, atDepth: 1)
            case 1: builder.add("b", node, atDepth: 1)
            default: builder.add("c", node, atDepth: 3)
            }
        }
    }

    private static func path(_ number: Int) throws -> TreePath {
        TreePath(components: [try PathComponent("\(10_000 + number)")])
    }

    private static func flat(_ count: Int, pageLimit: Int) throws -> Tree {
        let root = Tree.Fields(createdAt: .zero).makeNode()
        var builder = TreeBuilder(root: root, pageLimit: pageLimit)
        for number in 0..<count {
            let node = Tree.Fields(createdAt: Revision(1)).makeNode()
            builder.add(try path(number).components[0], node, atDepth: 1)
        }
        return builder.finish()
    }

    /// The number of pages of each level below the root, from the leaves up.
    private static func pageCounts(_ tree: Tree) -> [Int] {
        guard tree.root.childCount > 0 else { return [] }
        var level = [tree.root.childrenSlot.pointee]
        var counts = [1]
        while let first = level.first, !first.isLeaf {
            level = level.flatMap { page in (0..<page.count).map { page.pages[$0] } }
            counts.insert(level.count, at: 0)
        }
        return counts
    }
}
