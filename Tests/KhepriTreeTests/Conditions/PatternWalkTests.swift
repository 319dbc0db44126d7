import CBOR
import KhepriTree
import TestSupport
import Testing

@Suite("Walks of patterns") struct PatternWalkTests {
    /// The paths that a walk finds, each time it accepts, by scanning or by looking up names.
    private func walk(
        _ pattern: [NodeCondition], in root: ConditionTestNode, lookingUp: Bool = false
    ) -> [[PathComponent]] {
        let walk = PatternWalk(TreePattern(components: pattern))
        var found: [[PathComponent]] = walk.initial.isAccepting ? [[]] : []
        func descend(_ node: ConditionTestNode, _ path: [PathComponent], _ state: PatternWalk.State)
        {
            guard state.canContinue else { return }
            let names = lookingUp ? walk.candidateNames(after: state) : nil
            for name in names ?? node.children.keys.sorted() {
                guard let child = node.children[name] else { continue }
                let next = walk.advance(state, name: name, node: child)
                if next.isAccepting { found.append(path + [name]) }
                descend(child, path + [name], next)
            }
        }
        descend(root, [], walk.initial)
        return found
    }

    static let tree = ConditionTestNode(paths: [
        "a/b/c", "a/x/c", "x/abc/q", "x/b", "zz",
    ])

    private static func matching(_ text: String) throws -> NodeCondition {
        .pathMatches(try NamePattern(regularExpression: text))
    }

    static func examples() throws -> [([NodeCondition], String)] {
        let everything = "a a/b a/b/c a/x a/x/c x x/abc x/abc/q x/b zz"
        let deeper = "a/b a/b/c a/x a/x/c x/abc x/abc/q x/b"
        return [
            ([], "/"), ([.anyName], "a x zz"), ([.anyPath], everything),
            ([.named("a"), .anyPath], "a/b a/b/c a/x a/x/c"),
            ([.anyPath, .named("c")], "a/b/c a/x/c"),
            ([.anyPath, .anyPath], deeper), ([.anyPath, .anyName], deeper),
            ([.anyName, .anyPath], deeper),
            ([.anyPath, .anyPath, .anyPath], "a/b/c a/x/c x/abc/q"),
            ([try matching("^a")], "a x/abc"),
            ([.not(try matching("^a"))], "a/b a/b/c a/x a/x/c x x/abc/q x/b zz"),
            ([.all([.anyPath, .childCount(0)])], "a/b/c a/x/c x/abc/q x/b zz"),
            ([.all([])], "a x zz"), ([.any([])], ""),
            ([.any([.named("a"), .named("zz"), .named("nope")])], "a zz"),
            ([.all([.named("a"), .named("x")])], ""),
            ([.not(.named("a")), .anyName], "x/abc x/b"),
            ([.all([.named("b"), .anyPath])], "a/b x/b"),
            ([.all([.named("b"), .anyPath]), .named("c")], "a/b/c"),
            ([.named("a"), .named("b"), .named("c")], "a/b/c"), ([.named("b")], ""),
            ([.absent], ""), ([.any([.absent, .named("a")])], "a"),
        ]
    }

    @Test(arguments: try examples())
    func `the documented examples match what the original matches`(
        pattern: [NodeCondition], expected: String
    ) {
        let wanted = expected.split(separator: " ").map {
            $0.split(separator: "/").map { PathComponent(stringLiteral: String($0)) }
        }
        #expect(walk(pattern, in: Self.tree) == wanted)
        #expect(walk(pattern, in: Self.tree, lookingUp: true) == wanted)
    }

    @Test func `random walks, lookups and known paths agree with the naive walk`() throws {
        var generator = TestRandom(for: "random walks")
        var matchCount = 0
        for _ in 0..<1_500 {
            let root = ConditionTestNode.random(depth: 4, using: &generator)
            let pattern = try (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                try ConditionTestNode.randomCondition(depth: 2, using: &generator)
            }
            let expected = root.naiveMatches(of: pattern[...])
            matchCount += expected.count
            let scanned = walk(pattern, in: root)
            #expect(Set(scanned) == expected, "\(pattern)")
            #expect(scanned.count == expected.count, "a node was met twice by \(pattern)")
            #expect(walk(pattern, in: root, lookingUp: true) == scanned, "\(pattern)")
            let tree = TreePattern(components: pattern)
            for path in root.paths + [[]] {
                let isMatch = tree.matches(TreePath(components: path)) { depth in
                    root.node(at: path.prefix(depth))
                }
                #expect(isMatch == expected.contains(path), "\(pattern) at \(path)")
            }
        }
        #expect(matchCount > 2_000)
    }

    @Test func `two path wildcards meet each node once in a deep tree`() {
        let path = Array(repeating: "d", count: 60).joined(separator: "/")
        let root = ConditionTestNode(paths: [path])
        let found = walk(Array(repeating: .anyPath, count: 12), in: root)
        #expect(found.map(\.count) == Array(12...60))
    }

    @Test func `a path may be missing where only its name is asked`() {
        let byName = TreePattern(components: [.named("a"), .anyPath])
        let byFact = TreePattern(components: [.named("a"), .hasPayload(true)])
        let path = TreePath(components: ["a", "b"])
        var askedDepths: [Int] = []
        let missing: (Int) -> ConditionTestNode? = { depth in
            askedDepths.append(depth)
            return nil
        }
        #expect(byName.matches(path, facts: missing))
        #expect(askedDepths.isEmpty)
        #expect(!byFact.matches(path, facts: missing))
        #expect(askedDepths == [2])
    }

    @Test func `64 components match 64 levels, and more match nothing`() {
        let names = [PathComponent](repeating: "d", count: 65)
        let node: (Int) -> ConditionTestNode? = { _ in ConditionTestNode() }
        for condition: NodeCondition in [.named("d"), .anyName, .anyPath] {
            let walk = PatternWalk(
                TreePattern(components: Array(repeating: condition, count: 64)))
            #expect(walk.matches(Array(names.prefix(64)), facts: node))
            #expect(!walk.matches(Array(names.prefix(63)), facts: node))
            let longer = PatternWalk(
                TreePattern(components: Array(repeating: condition, count: 65)))
            #expect(!longer.matches(names, facts: node))
            #expect(!longer.matches([], facts: node))
        }
    }

    @Test func `names to look up are in order, each once, and none for what cannot be`() {
        func names(_ pattern: [NodeCondition]) -> [PathComponent]? {
            let walk = PatternWalk(TreePattern(components: pattern))
            return walk.candidateNames(after: walk.initial)
        }
        #expect(names([.named("b")]) == ["b"])
        #expect(names([.any([.named("b"), .named("a"), .named("b")])]) == ["a", "b"])
        #expect(names([.all([.anyName, .any([.named("a"), .named("b")]), .named("c")])]) == ["c"])
        #expect(names([.absent]) == [])
        #expect(names([.any([])]) == [])
        #expect(names([.any([.named("a"), .anyName])]) == nil)
        #expect(names([.not(.named("a"))]) == nil)
        #expect(names([.all([.named("a"), .anyPath])]) == nil)
        #expect(names([]) == [])
    }
}
