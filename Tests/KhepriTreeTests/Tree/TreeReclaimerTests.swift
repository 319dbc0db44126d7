import TestSupport
import Testing

@testable import KhepriTree

@Suite("Tree reclaimer") struct TreeReclaimerTests {
    /// Counts the nodes that are gone, by what is attached to them.
    private final class Counter: @unchecked Sendable {
        // Unchecked: the tests release on one thread at a time.
        var count = 0

        final class Token: Sendable {
            private let counter: Counter

            init(_ counter: Counter) {
                self.counter = counter
            }

            deinit { counter.count += 1 }
        }
    }

    private func tree(_ counter: Counter, pageLimit: Int = 4) throws -> Tree {
        var generator = TestRandom(for: "tree reclaimer")
        let model = RandomTreeModel(
            count: 400, depthMaximum: 9, namesOfEach: 60, using: &generator)
        var tree = try model.build(pageLimit: pageLimit)
        for (path, _) in model.nodes {
            _ = tree.edit(try path.treePath()) {
                $0.attachment = Counter.Token(counter)
            }
        }
        return tree
    }

    @Test(arguments: [1, 7, 1_000_000]) func `it releases every node, a few at a time`(
        nodeLimit: Int
    ) throws {
        let counter = Counter()
        var reclaimer = TreeReclaimer()
        var tree = try tree(counter)
        let nodeCount = tree.nodeCount
        reclaimer.add(tree)
        tree = Tree()
        #expect(counter.count == 0)
        while !reclaimer.isEmpty {
            let before = counter.count
            reclaimer.reclaim(nodeLimit: nodeLimit)
            #expect(counter.count - before <= nodeLimit)
        }
        #expect(counter.count == nodeCount)
    }

    @Test func `it leaves alone what somebody holds`() throws {
        let counter = Counter()
        var reclaimer = TreeReclaimer()
        var tree = try tree(counter)
        let nodeCount = tree.nodeCount
        let old = tree
        let paths = try Self.paths(tree).filter { $0.depth == 2 }
        for path in paths { _ = tree.edit(path) { $0.payload = .set([9]) } }
        reclaimer.add(tree)
        tree = Tree()
        reclaimer.reclaim(nodeLimit: .max)
        let isEmpty = reclaimer.isEmpty
        #expect(isEmpty)
        #expect(counter.count == 0, "copies have the attachments of the originals")
        old.checkInvariants()
        #expect(old.nodeCount == nodeCount)
        #expect(try Self.paths(old).filter { $0.depth == 2 } == paths)
        reclaimer.add(old)
    }

    @Test func `the copy that is released last frees what both shared`() throws {
        let counter = Counter()
        var reclaimer = TreeReclaimer()
        var tree = try tree(counter)
        let nodeCount = tree.nodeCount
        reclaimer.add(tree)
        for path in try Self.paths(tree) {
            _ = tree.edit(path) { $0.payload = .set([9]) }
        }
        reclaimer.reclaim(nodeLimit: .max)
        #expect(counter.count == 0)
        tree.checkInvariants()
        reclaimer.add(tree)
        tree = Tree()
        reclaimer.reclaim(nodeLimit: .max)
        #expect(counter.count == nodeCount)
    }

    @Test func `a deep chain is released without a deep stack`() throws {
        for isReclaimed in [true, false] {
            let holder = Holder(try DeepTree.chain(depth: 20_000))
            try SmallStack.run {
                guard let tree = holder.take(), isReclaimed else { return }
                var reclaimer = TreeReclaimer()
                reclaimer.add(tree)
                reclaimer.reclaim(nodeLimit: .max)
            }
            #expect(holder.take() == nil)
        }
    }

    @Test func `a wide directory is released without a deep stack`() throws {
        let root = Tree.Fields(createdAt: .zero).makeNode()
        var builder = TreeBuilder(root: root)
        for number in 1_000_000..<1_000_000 + 20_000 * TestRuns.scale {
            let node = Tree.Fields(createdAt: Revision(1), payload: [1]).makeNode()
            builder.add(try PathComponent("\(number)"), node, atDepth: 1)
        }
        let holder = Holder(builder.finish())
        try SmallStack.run { _ = holder.take() }
        #expect(holder.take() == nil)
    }

    @Test func `chains of the greatest depth are released without a deep stack`() throws {
        let root = Tree.Fields(createdAt: .zero).makeNode()
        var builder = TreeBuilder(root: root, pageLimit: 4)
        for number in 1_000..<1_300 {
            for depth in 1...64 {
                let node = Tree.Fields(createdAt: Revision(1)).makeNode()
                let name = try PathComponent(depth == 1 ? "\(number)" : "next")
                builder.add(name, node, atDepth: depth)
            }
        }
        let holder = Holder(builder.finish())
        try SmallStack.run { _ = holder.take() }
        #expect(holder.take() == nil)
    }

    @Test func `a subtree taken out of a tree is released without a deep stack`() throws {
        var tree = try DeepTree.chain(depth: 50_000)
        _ = tree.remove("/a/a", at: Revision(1))
        tree.checkInvariants()
        #expect(tree.nodeCount == 2)
    }

    private static func paths(_ tree: Tree) throws -> [TreePath] {
        var cursor = TreeCursor(tree)
        var paths = [cursor.path]
        while cursor.advance() { paths.append(cursor.path) }
        return paths
    }
}

/// Gives a tree to another thread, which then is the only one that has it.
private final class Holder: @unchecked Sendable {
    // Unchecked: used by one thread at a time.
    private var tree: Tree?

    init(_ tree: consuming Tree) {
        self.tree = tree
    }

    func take() -> Tree? { tree.take() }
}
