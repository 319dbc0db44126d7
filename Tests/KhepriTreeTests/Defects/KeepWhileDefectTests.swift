import CBOR
import Testing

@testable import KhepriTree

/// Defects of Khepri's keep-while conditions that are none here, by the numbers that
/// `Fixtures/decisions.jsonl` gives them too.
@Suite("Defects of keep-while") struct KeepWhileDefectTests {
    private let reasons = TreeOperation.Options(returning: [.childListVersion, .deleteReason])

    @Test func `D1: a put with keep-while conditions makes another node expire, and cascades`() {
        for isCreation in [true, false] {
            var store = TestStore()
            store.put("/base", 1)
            if !isCreation { store.put("/t", 1) }
            let entry = KeepWhileEntry.path(
                "/t", isCreation ? .exists(false) : .number(.payloadVersion, .lt, 2))
            store.put("/w", 1, [entry])
            store.put("/v", 1, [.path("/w", .exists(true))])
            let expected =
                (isCreation ? "/t@1" : "/t@2=1") + " /v@1=1-keepWhile /w@1=1-keepWhile"
            #expect(store.put("/t", 2, [.path("/base", .exists(true))]) == expected)
            #expect(
                store.delete("/base") == "/base@1=1-explicit /t@\(isCreation ? 1 : 2)=2-keepWhile")
        }
    }

    @Test func `D2: a keep-while condition may test a payload, of another node and of its own`() {
        var store = TestStore()
        let isOne = NodeCondition.payloadMatches(.exactly(.unsigned(1)))
        store.put("/t", 1)
        #expect(store.put("/w", 1, [.path("/t", isOne), .itself(isOne)]) == "/w@1")
        #expect(store.put("/t/child", 1) == "/t/child@1")
        #expect(store.put("/t", 2) == "/t@2=1 /w@1=1-keepWhile")
        #expect(store.put("/w", 1, [.path("/t", isOne)]) == "keepWhileConditionsNotMet /w")
        store.put("/s", 1, [.itself(isOne)])
        #expect(store.put("/s", 2) == "/s@2=2-keepWhile")
        store.put("/t", nil)
        #expect(store.put("/w", 1, [.path("/t", .not(isOne))]) == "/w@1")
    }

    @Test func `D4b: a parent whose own condition fails before the last child goes at the end`() {
        var store = TestStore()
        for child in ["/p/a", "/p/b", "/p/c"] as [TreePattern] { store.put(child, 1) }
        store.put("/p", 1, [.itself(.number(.childCount, .gt, 1))])
        #expect(
            store.deleteMany("/p/*")
                == "/p@2=1-keepWhile /p/a@1=1-explicit /p/b@1=1-explicit /p/c@1=1-explicit")
        #expect(store.paths == "")
    }

    @Test
    func `D5: every node that a putMany writes gets the keep-while set, and none is no fault`() {
        var store = TestStore()
        store.put("/t", 1)
        let entries: [KeepWhileEntry] = [.path("/t", .exists(true))]
        #expect(store.putMany("/nothing/*", 1, entries) == "")
        for node in ["/p", "/p/a", "/p/b", "/p/c/x"] as [TreePattern] { store.put(node, 1) }
        store.putMany("/p/*", 2, entries)
        #expect(store.machine.keepWhileCount == 3)
        store.delete("/t")
        #expect(store.paths == "/p")
        store.put("/p/a", 1)
        let refused: [KeepWhileEntry] = [.itself(.hasPayload(true))]
        store.put("/p/b", nil)
        #expect(store.putMany("/p/*", 5, refused) == "keepWhileConditionsNotMet /p/b")
        #expect(store.value("/p/a") == "1", "nothing is written unless all hold")
    }

    @Test func `D6: no keep-while set is left of a node that was not created or has gone`() {
        var store = TestStore()
        store.putMany("/q/*", 1)
        store.apply(.clearManyPayloads(), at: "/q/*")
        store.putMany(TreePattern(components: [.named("q"), .named("r"), .hasPayload(true)]), 1)
        #expect(store.machine.keepWhileCount == 0)
        store.put("/q", nil)
        store.put("/q/a", 1)
        store.delete("/q/a")
        #expect(store.paths == "/q", "written itself, so never reclaimed")
        store.put("/d", 1, [.itself(.number(.payloadVersion, .lt, 2))])
        #expect(store.put("/d", 2, [.path("/q", .exists(true))]) == "/d@2=2-keepWhile")
        #expect(store.machine.keepWhileCount == 0)
        store.put("/d", 1)
        #expect(store.delete("/q") == "/q@1-explicit")
        #expect(store.paths == "/d")
    }

    @Test func `D7: deleting the root deletes all that is below it, and its conditions with it`() {
        var store = TestStore()
        store.put("/a", 1)
        store.put("/b/c", 1, [.path("/a", .exists(true))])
        #expect(store.delete("/") == "/@1-explicit /a@1=1-explicit /b@1-explicit /b/c@1=1-explicit")
        #expect(store.changes.changes.map(\.kind) == [.updated, .deleted, .deleted, .deleted])
        #expect(store.machine.keepWhileCount == 0)
        store.put("/b/c", 1)
        store.put("/a", 1)
        #expect(store.delete("/a") == "/a@1=1-explicit")
        #expect(store.matches(of: "/b/c") == "/b/c")
    }

    @Test func `D8: a cascade below a node leaves the child list version that the command gave it`()
    {
        var store = TestStore()
        store.put("/p", 1)
        store.put("/p/a/x", 1)
        store.put("/p/a/w", 1, [.path("/p/b", .exists(false))])
        #expect(store.versions("/p") == "1/2/1")
        #expect(store.put("/p/b", 1) == "/p/a/w@1=1-keepWhile /p/b@1")
        #expect(store.versions("/p") == "1/3/2")
        #expect(store.versions("/p/a") == "1/3/1")
        store.put("/p/a/w", 1, [.path("/p/b", .exists(true))])
        store.transaction([.put("/p/c", 1), TreeOperation(.delete, at: "/p/b")])
        #expect(store.versions("/p") == "1/5/2")
        #expect(store.versions("/p/a") == "1/5/1")
    }

    @Test func `D20: a condition on the root or on a pattern is tested when what it sees changes`()
    {
        var store = TestStore()
        store.put("/g/a", 1)
        let entries: [KeepWhileEntry] = [
            .path("/", .number(.childCount, .lt, 4)), .pattern("/g/*", .hasPayload(true)),
            .pattern("/g/**", .number(.childCount, .lt, 1)), .pattern("/*/a", .exists(true)),
        ]
        let breaking: [TreeOperation] = [
            .put("/new/x"), .put("/g/a", nil), .put("/g/a/x"), TreeOperation(.delete, at: "/g/a"),
        ]
        for (entry, operation) in zip(entries, breaking) {
            store.put("/g/a", 1)
            #expect(store.put("/w", 1, [entry]) == "/w@1")
            store.put("/o", 1)
            store.put("/o", 2)
            #expect(store.matches(of: "/w") == "/w", "nothing that it sees changed")
            store.apply(operation.kind, at: operation.path)
            #expect(store.matches(of: "/w") == "", "\(entry)")
            store.delete("/")
        }
    }

    @Test func `D23: a condition on the node itself sleeps until the node next changes`() {
        var store = TestStore()
        let entry = KeepWhileEntry.itself(.number(.childCount, .gt, 0))
        #expect(store.put("/s", 1, [entry]) == "/s@1")
        store.put("/other", 1)
        #expect(store.put("/s", 1) == "/s@1=1", "an equal payload is no change")
        #expect(store.put("/s", 2) == "/s@2=2-keepWhile")
        store.put("/s", 1, [entry])
        #expect(store.put("/s/x", 1) == "/s/x@1")
        #expect(store.delete("/s/x") == "/s@1=1-keepWhile /s/x@1=1-explicit")
    }

    @Test
    func `D24: conditions are tested once all of an operation is done, what it means is explicit`()
    {
        for (first, second) in [("a", "b"), ("b", "a")] {
            var store = TestStore()
            let watched: TreePath = "/\(first)/x"
            store.put(TreePattern(watched), 1)
            store.put("/\(second)/x/below", 1)
            store.put("/\(second)/x", 1, [.path(watched, .exists(true))])
            let result = store.run(.deleteMany, at: "/*/*", reasons)
            let listed = result.split(separator: " ").map { $0.split(separator: "-") }
            for entry in listed {
                let isBelow = entry[0].contains("/x")
                #expect(entry[1] == (isBelow ? "explicit" : "keepWhile"), "\(result)")
            }
            #expect(listed.count == 5)
        }
    }

    @Test
    func `D25: a node that expires with several of its children is listed with one version more`() {
        var store = TestStore()
        for child in ["/p/a", "/p/b", "/p/c"] as [TreePattern] { store.put(child, 1) }
        #expect(store.versions("/p") == "1/3/3")
        #expect(
            store.run(.deleteMany, at: "/p/*", reasons)
                == "/p,4-keepWhile /p/a,1-explicit /p/b,1-explicit /p/c,1-explicit")
    }
}
