import CBOR
import KhepriTree
import Testing

@Suite("Analysis of conditions") struct NodeConditionAnalysisTests {
    @Test(
        arguments: [
            (.named("b"), "b"), (.not(.named("b")), "b"), (.not(.not(.named("b"))), "b"),
            (.all([.named("b"), .hasPayload(true)]), "b"), (.any([.named("b"), .named("b")]), "b"),
            (.all([.named("a"), .any([.named("x"), .named("a")])]), "a"),
            (.any([.named("b"), .hasPayload(true)]), nil), (.any([.named("a"), .named("b")]), nil),
            (.all([.named("b"), .named("c")]), nil), (.all([.named("d"), .not(.named("a"))]), nil),
            (.all([.named("a"), .named("a"), .named("b")]), nil),
            (.all([.not(.named("b")), .anyPath]), "b"), (.all([]), nil), (.any([]), nil),
            (.anyName, nil), (.anyPath, nil), (.exists(false), nil), (.version(1), nil),
            (.payloadMatches(.anything), nil), (.not(.anyName), nil),
            (.any([.all([.named("a"), .anyName]), .named("a")]), "a"),
        ] as [(NodeCondition, PathComponent?)])
    func `a condition denotes one name or none`(condition: NodeCondition, name: PathComponent?) {
        #expect(condition.denotedName == name)
    }

    @Test(
        arguments: [
            (.named("b"), true), (.exists(false), true), (.exists(true), false), (.anyName, false),
            (.not(.exists(true)), false), (.not(.named("b")), false), (.hasPayload(false), false),
            (.all([.named("b"), .exists(false)]), true), (.all([.named("b"), .version(1)]), false),
            (.any([.exists(false), .hasPayload(true)]), true), (.any([.hasPayload(true)]), false),
            (.all([.named("yy"), .any([.exists(false), .hasPayload(true)])]), true),
            (.any([]), false), (.payloadMatches(.anything), false), (.childCount(0), false),
        ] as [(NodeCondition, Bool)])
    func `names and absence permit creation`(condition: NodeCondition, isPermitted: Bool) {
        #expect(condition.permitsCreation == isPermitted)
    }

    @Test func `wildcards of paths apply to grandchildren, also inside`() throws {
        let pattern = try NamePattern(regularExpression: "a")
        for condition: NodeCondition in [.anyPath, .pathMatches(pattern)] {
            #expect(condition.appliesToGrandchildren)
            #expect((!condition).appliesToGrandchildren)
            #expect((.named("a") && condition).appliesToGrandchildren)
            #expect((.named("a") || !(.anyName && condition)).appliesToGrandchildren)
        }
        let others: [NodeCondition] = [
            .anyName, .named("a"), .nameMatches(pattern), .exists(true), .hasPayload(true),
            .payloadMatches(.anything), .childCount(1...), .all([]), .any([]), .not(.anyName),
        ]
        for condition in others { #expect(!condition.appliesToGrandchildren) }
    }
}
