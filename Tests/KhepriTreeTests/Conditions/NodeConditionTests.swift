import CBOR
import KhepriTree
import TestSupport
import Testing

@Suite("Node conditions") struct NodeConditionTests {
    static var node: ConditionTestNode {
        var node = ConditionTestNode(paths: ["x", "y"])
        node.payloadVersion = 3
        node.childListVersion = 4
        node.createdRevision = 5
        node.modifiedRevision = 6
        node.childrenRevision = 7
        node.payload = [0x01]
        return node
    }

    @Test func `names are compared by their bytes`() {
        #expect(NodeCondition.named("b").isMet(name: "b", of: Self.node))
        #expect(!NodeCondition.named("b").isMet(name: "bb", of: Self.node))
        #expect(!NodeCondition.named("\u{E9}").isMet(name: "e\u{301}", of: Self.node))
        let long = PathComponent(stringLiteral: String(repeating: "é", count: 100))
        #expect(NodeCondition.named(long).isMet(name: long, of: Self.node))
    }

    @Test func `wildcards and patterns look at the name`() throws {
        #expect(NodeCondition.anyName.isMet(name: "b", of: Self.node))
        #expect(NodeCondition.anyPath.isMet(name: "b", of: Self.node))
        let pattern = try NamePattern(regularExpression: "^o.k$")
        for condition in [NodeCondition.nameMatches(pattern), .pathMatches(pattern)] {
            #expect(condition.isMet(name: "oak", of: Self.node))
            #expect(!condition.isMet(name: "soak", of: Self.node))
        }
    }

    @Test func `an existing node exists`() {
        #expect(NodeCondition.exists(true).isMet(name: "b", of: Self.node))
        #expect(!NodeCondition.absent.isMet(name: "b", of: Self.node))
    }

    @Test func `payload conditions look at the payload`() {
        let empty = ConditionTestNode()
        #expect(NodeCondition.hasPayload(true).isMet(name: "b", of: Self.node))
        #expect(!NodeCondition.hasPayload(false).isMet(name: "b", of: Self.node))
        #expect(!NodeCondition.hasPayload(true).isMet(name: "b", of: empty))
        #expect(NodeCondition.hasPayload(false).isMet(name: "b", of: empty))
        #expect(NodeCondition.payloadMatches(.exactly(1)).isMet(name: "b", of: Self.node))
        #expect(!NodeCondition.payloadMatches(.exactly(2)).isMet(name: "b", of: Self.node))
        #expect(!NodeCondition.payloadMatches(.anything).isMet(name: "b", of: empty))
        #expect(!NodeCondition.payloadMatches(.not(.anything)).isMet(name: "b", of: empty))
    }

    @Test(
        arguments: [
            (.payloadVersion, 3), (.childListVersion, 4), (.childCount, 2), (.createdRevision, 5),
            (.modifiedRevision, 6), (.childrenRevision, 7),
        ] as [(NodeCondition.NodeNumber, UInt64)])
    func `each number is compared with the node's on the left`(
        number: NodeCondition.NodeNumber, value: UInt64
    ) {
        let wanted: [NodeCondition.Comparison: [Bool]] = [
            .eq: [false, true, false], .ne: [true, false, true], .lt: [false, false, true],
            .le: [false, true, true], .gt: [true, false, false], .ge: [true, true, false],
        ]
        for (comparison, answers) in wanted {
            for (constant, isMet) in zip(value - 1...value + 1, answers) {
                let condition = NodeCondition.number(number, comparison, constant)
                #expect(condition.isMet(name: "b", of: Self.node) == isMet, "\(condition)")
            }
        }
    }

    @Test func `all of none is true, any of none is false, and one member stands for itself`() {
        #expect(NodeCondition.all([]).isMet(name: "b", of: Self.node))
        #expect(!NodeCondition.any([]).isMet(name: "b", of: Self.node))
        for member in [NodeCondition.named("b"), .named("c"), .anyPath, .exists(false)] {
            for single in [NodeCondition.all([member]), .any([member])] {
                let isMet = member.isMet(name: "b", of: Self.node)
                #expect(single.isMet(name: "b", of: Self.node) == isMet)
                #expect(single.denotedName == member.denotedName)
                #expect(single.permitsCreation == member.permitsCreation)
                #expect(single.appliesToGrandchildren == member.appliesToGrandchildren)
            }
        }
    }

    @Test func `random conditions agree with their naive meaning`() throws {
        var generator = TestRandom(for: "random conditions")
        var metCount = 0
        for _ in 0..<20_000 {
            let node = ConditionTestNode.random(depth: 1, using: &generator)
            let name = ConditionTestNode.randomName(using: &generator)
            let condition = try ConditionTestNode.randomCondition(depth: 3, using: &generator)
            let isMet = node.naivelyMeets(condition, name: name)
            metCount += isMet ? 1 : 0
            #expect(condition.isMet(name: name, of: node) == isMet, "\(condition)")
            #expect((condition.mismatch(name: name, of: node) == nil) == isMet, "\(condition)")
        }
        #expect((4_000...16_000).contains(metCount))
    }

    @Test(
        arguments: [
            (.version(4), "expected payloadVersion eq 4, found 3"),
            (.anyName && .childCount(3...), "expected childCount ge 3, found 2"),
            (.hasPayload(false), "expected no payload, found one"),
            (.payloadMatches(.exactly("secret")), "expected a payload that matches, found another"),
            (.absent, "expected no node, found one"),
            (.named("c"), "expected another name"),
            (
                !(.exists(true) && .hasPayload(true)),
                "expected a condition not to hold, found that it does"
            ),
            (.absent || .version(2), "expected one of 2 conditions to hold, found that none does"),
            (.version(3), nil),
        ] as [(NodeCondition, String?)])
    func `a mismatch says what was expected and what was found`(
        condition: NodeCondition, message: String?
    ) {
        #expect(condition.mismatch(name: "b", of: Self.node) == message)
    }
}

@Suite("Making and checking conditions") struct NodeConditionMakingTests {
    @Test func `operators build all, any and not, without nesting chains`() {
        let a = NodeCondition.named("a")
        let b = NodeCondition.anyName
        let c = NodeCondition.hasPayload(true)
        #expect((a && b && c) == .all([a, b, c]))
        #expect((a || b || c) == .any([a, b, c]))
        #expect((a && b || c) == .any([.all([a, b]), c]))
        #expect(!a == .not(a))
    }

    @Test func `ranges become comparisons`() {
        #expect(NodeCondition.childCount(1...) == .number(.childCount, .ge, 1))
        #expect(NodeCondition.childCount(..<3) == .number(.childCount, .lt, 3))
        #expect(NodeCondition.childCount(...3) == .number(.childCount, .lt, 4))
        #expect(
            NodeCondition.payloadVersion(2...3)
                == .all([.number(.payloadVersion, .ge, 2), .number(.payloadVersion, .lt, 4)]))
        #expect(
            NodeCondition.childListVersion(2..<3)
                == .all([.number(.childListVersion, .ge, 2), .number(.childListVersion, .lt, 3)]))
        #expect(NodeCondition.childCount(0...) == .all([]))
        #expect(NodeCondition.version(3) == .number(.payloadVersion, .eq, 3))
        #expect(NodeCondition.childListVersion(3) == .number(.childListVersion, .eq, 3))
        #expect(NodeCondition.childCount(3) == .number(.childCount, .eq, 3))
        #expect(NodeCondition.createdRevision(Revision(9)) == .number(.createdRevision, .eq, 9))
        #expect(NodeCondition.modifiedRevision(Revision(9)) == .number(.modifiedRevision, .eq, 9))
        #expect(NodeCondition.childrenRevision(Revision(9)) == .number(.childrenRevision, .eq, 9))
    }

    private func nested(_ depth: Int) -> NodeCondition {
        (1..<depth).reduce(.anyName) { condition, _ in .not(condition) }
    }

    private func nestedPattern(_ depth: Int) -> PayloadPattern {
        (1..<depth).reduce(.anything) { pattern, level in
            level.isMultiple(of: 2)
                ? .array([pattern]) : .map([.init(key: "k", pattern: pattern)])
        }
    }

    @Test func `conditions nest 32 deep and no deeper`() throws {
        try nested(32).validate()
        #expect(throws: NodeConditionError.self) { try nested(33).validate() }
        try NodeCondition.payloadMatches(nestedPattern(32)).validate()
        #expect(throws: NodeConditionError.self) {
            try NodeCondition.payloadMatches(nestedPattern(33)).validate()
        }
        #expect(throws: NodeConditionError.self) { try nestedPattern(33).validate() }
    }

    @Test func `a condition consists of 1,000 and no more`() throws {
        func wide(_ count: Int) -> NodeCondition {
            .any(Array(repeating: .anyName, count: count - 1))
        }
        try wide(1_000).validate()
        #expect(throws: NodeConditionError.self) { try wide(1_001).validate() }
        try NodeCondition.all([wide(500), wide(499)]).validate()
        #expect(throws: NodeConditionError.self) {
            try NodeCondition.all([wide(500), wide(500)]).validate()
        }
    }

    @Test func `alternatives of payload patterns count, elements and members do not`() throws {
        try PayloadPattern.array(Array(repeating: .anything, count: 5_000)).validate()
        try PayloadPattern.any(Array(repeating: .anything, count: 1_000)).validate()
        #expect(throws: NodeConditionError.self) {
            try PayloadPattern.any(Array(repeating: .anything, count: 1_001)).validate()
        }
        #expect(throws: NodeConditionError.self) {
            try PayloadPattern.array(Array(repeating: .not(.anything), count: 1_001)).validate()
        }
        let pattern = PayloadPattern.all(Array(repeating: .anything, count: 998))
        try NodeCondition.not(.payloadMatches(pattern)).validate()
        #expect(throws: NodeConditionError.self) {
            try NodeCondition.not(.not(.payloadMatches(pattern))).validate()
        }
    }
}
