import Testing

@testable import KhepriTree

@Suite("Keep-while") struct KeepWhileTests {
    @Test func `conditions hold before the node is written, or nothing is`() {
        var store = TestStore()
        #expect(store.put("/w", 1, [.path("/t", .exists(true))]) == "keepWhileConditionsNotMet /w")
        #expect(store.paths == "")
        store.put("/t", 1)
        #expect(store.put("/w", 1, [.path("/t", .exists(true))]) == "/w@1")
        #expect(
            store.put("/w", 2, [.path("/t", .hasPayload(false))]) == "keepWhileConditionsNotMet /w")
        #expect(store.versions("/w") == "1/1/0")
        #expect(store.delete("/t") == "/t@1=1-explicit /w@1=1-keepWhile")
    }

    @Test func `of what is missing only its absence is met`() {
        var store = TestStore()
        #expect(store.put("/w", 1, [.path("/t", .not(.exists(true)))]).hasPrefix("keepWhile"))
        #expect(store.put("/w", 1, [.path("/t", .exists(false))]) == "/w@1")
        #expect(store.put("/t/x", 1) == "/t/x@1 /w@1=1-keepWhile")
    }

    @Test func `a new node need not meet what is about itself or what is below it`() {
        var store = TestStore()
        let below = KeepWhileEntry(.relative(up: 0, "/x"), .exists(true))
        #expect(store.put("/a", 1, [.itself(.number(.childCount, .gt, 0)), below]) == "/a@1")
        #expect(store.put("/b", 1, [.pattern("/b/*", .exists(true))]) == "/b@1")
        #expect(store.put("/a", 1, [below]) == "keepWhileConditionsNotMet /a")
        #expect(store.put("/c/d", 1, [.parent(.exists(true))]) == "keepWhileConditionsNotMet /c/d")
        store.put("/c", 1)
        #expect(store.put("/c/d", 1, [.parent(.exists(true))]) == "/c/d@1")
        #expect(store.put("/a/x", 1) == "/a/x@1")
        #expect(store.delete("/a/x") == "/a@1=1-keepWhile /a/x@1=1-explicit")
    }

    @Test func `a condition on the node itself is tested on the node before the write`() {
        var store = TestStore()
        store.put("/s", 1)
        #expect(store.put("/s", 2, [.itself(.number(.payloadVersion, .eq, 1))]) == "/s@2=1")
        #expect(store.versions("/s") == "2/1/0")
        #expect(store.put("/s", 3) == "/s@3=3-keepWhile")
    }

    @Test func `a set replaces the former one, none leaves it, an empty one clears it`() {
        var store = TestStore()
        let entries: [KeepWhileEntry] = [.path("/t", .exists(true))]
        for (second, isKept) in [(nil, false), ([], true), ([.path("/u", .exists(true))], true)]
            as [([KeepWhileEntry]?, Bool)]
        {
            store.put("/t", 1)
            store.put("/u", 1)
            store.put("/w", 1, entries)
            store.put("/w", 2, second)
            store.delete("/t")
            #expect(store.matches(of: "/w") == (isKept ? "/w" : ""))
            store.delete("/")
        }
        store.put("/t", 1)
        store.put("/w", 1, entries)
        store.apply(.clearPayload(keepWhile: []), at: "/w")
        #expect(store.delete("/t") == "/t@1=1-explicit")
    }

    @Test func `the former set judges the write that replaces it`() {
        var store = TestStore()
        store.put("/d", 1)
        store.put("/d", 2, [.itself(.number(.payloadVersion, .le, 2))])
        #expect(store.put("/d", 3, [.path("/", .exists(true))]) == "/d@3=3-keepWhile")
        store.put("/d", 1)
        store.put("/d", 2)
        #expect(store.put("/d", 3) == "/d@3=2")
    }

    @Test func `losing one of several conditions is enough`() {
        for lost in ["/t", "/u"] as [TreePattern] {
            var store = TestStore()
            store.put("/t", 1)
            store.put("/u", 1)
            store.put("/w", 1, [.path("/t", .exists(true)), .path("/u", .exists(true))])
            store.delete(lost)
            #expect(store.matches(of: "/w") == "")
        }
    }

    @Test func `entries with an equal path must all hold`() {
        var store = TestStore()
        store.put("/t", 1)
        let entries: [KeepWhileEntry] = [
            .path("/t", .number(.payloadVersion, .ge, 2)), .path("/t", .exists(true)),
        ]
        #expect(store.put("/w", 1, entries) == "keepWhileConditionsNotMet /w")
        #expect(store.put("/w", 1, entries.reversed()) == "keepWhileConditionsNotMet /w")
        store.put("/t", 2)
        #expect(store.put("/w", 1, entries) == "/w@1")
        store.delete("/t")
        #expect(store.matches(of: "/w") == "")
    }

    @Test func `the root takes no conditions`() {
        var store = TestStore()
        #expect(store.put("/", 1, [.path("/t", .exists(false))]) == "invalidOperation /")
        #expect(store.put("/", 1, []) == "/@2")
    }

    @Test func `chains, circles and what is below expired nodes go in one operation`() {
        var store = TestStore()
        store.put("/a", 1)
        store.put("/b", 1, [.path("/a", .exists(true))])
        store.put("/c/x", 1, [.path("/b", .exists(true))])
        store.put("/d", 1, [.path("/c", .exists(true))])
        store.put("/a", 1, [.path("/d", .exists(true))])
        #expect(
            store.delete("/b")
                == "/a@1=1-keepWhile /b@1=1-explicit /c@1-keepWhile /c/x@1=1-keepWhile "
                + "/d@1=1-keepWhile")
        #expect(store.versions("/") == "1/6/0")
    }

    @Test func `a change of the child list is a change of the parent`() {
        var store = TestStore()
        store.put("/p/a", 1)
        store.put("/w", 1, [.path("/p", .number(.childCount, .eq, 1))])
        #expect(store.put("/p/b", 1) == "/p/b@1 /w@1=1-keepWhile")
        store.put("/w", 1, [.path("/p", .number(.childListVersion, .lt, 3))])
        #expect(store.put("/p/c/x", 1) == "/p/c/x@1 /w@1=1-keepWhile")
    }

    @Test func `intermediate nodes go when they are of no more use`() {
        var store = TestStore()
        store.put("/a/b/c", 1)
        store.put("/a/b", 2)
        store.delete("/a/b/c")
        #expect(store.paths == "/a /a/b")
        #expect(
            store.run(.clearPayload(), at: "/a/b") == "/a@1-keepWhile /a/b@3-keepWhile")
        store.put("/a", nil)
        store.put("/a/b/c", 1)
        store.delete("/a/b/c")
        #expect(store.paths == "/a")
        store.put("/x/y", 1)
        store.put("/x", nil, [])
        store.delete("/x/y")
        #expect(store.paths == "/a /x")
    }

    @Test func `nodes that became useless go one after the other, from the bottom up`() {
        var store = TestStore()
        store.put("/a/b/c", 1)
        let options = TreeOperation.Options(returning: [.childListVersion, .childCount])
        #expect(store.run(.delete, at: "/a/b/c", options) == "/a,2,0 /a/b,2,0 /a/b/c,1,0")
    }

    @Test func `operations of a transaction are judged one by one`() {
        var store = TestStore()
        store.put("/t", 1)
        store.put("/w", 1, [.path("/t", .exists(true))])
        store.transaction([TreeOperation(.delete, at: "/t"), .put("/t", 1)])
        #expect(store.paths == "/t")
        #expect(store.changes.changes.map(\.isReplacement) == [false, true, false])
    }

    @Test func `relative paths stop at the root, and too long ones never match`() {
        var store = TestStore()
        let far = KeepWhileEntry(.relative(up: 64, .root), .hasPayload(false))
        #expect(store.put("/w", 1, [far]) == "/w@1")
        #expect(store.put("/", 1) == "/@2 /w@1=1-keepWhile")
        let long = TreePattern(components: Array(repeating: .named("d"), count: 64))
        let below = KeepWhileEntry(.relative(up: 0, long), .exists(true))
        let beside = KeepWhileEntry(.relative(up: 1, long.appending(.root)), .exists(true))
        #expect(store.put("/w", 1, [beside]) == "keepWhileConditionsNotMet /w")
        #expect(store.put("/w", 1, [below]) == "/w@1", "there is nothing below a new node yet")
        #expect(store.put("/w", 1, [below]) == "keepWhileConditionsNotMet /w")
        let absent = KeepWhileEntry(.relative(up: 0, long), .exists(false))
        #expect(store.put("/w", 1, [absent]) == "/w@1=1")
    }

    @Test func `a pattern is met while all it matches is, and there is something`() {
        var store = TestStore()
        store.put("/g/a", 1)
        store.put("/w", 1, [.pattern("/g/*", .hasPayload(true))])
        store.put("/v", 1, [.pattern("/*/a", .exists(true))])
        store.put("/g/b", 1)
        store.put("/h", 1)
        #expect(store.put("/g/c", nil) == "/g/c@1 /w@1=1-keepWhile")
        store.put("/h/a", 1)
        store.delete("/g/a")
        #expect(store.matches(of: "/v") == "/v")
        #expect(store.delete("/h/a") == "/h/a@1=1-explicit /v@1=1-keepWhile")
    }

    @Test func `a pattern that tests nodes on the way sees them change`() {
        var store = TestStore()
        let busy = TreePattern(components: [.named("g"), .hasPayload(true), .anyName])
        store.put("/g/a/x", 1)
        #expect(store.put("/w", 1, [.pattern(busy, .exists(true))]).hasPrefix("keepWhile"))
        store.put("/g/a", 1)
        #expect(store.put("/w", 1, [.pattern(busy, .exists(true))]) == "/w@1")
        #expect(store.run(.clearPayload(), at: "/g/a") == "/g/a@3=1 /w@1=1-keepWhile")
        store.put("/w", 1, [.pattern(busy, .exists(false))])
        #expect(store.put("/g/a", 2) == "/g/a@4 /w@1=1-keepWhile")
    }

    @Test func `a node that goes takes along what its going causes, before the next one goes`() {
        var store = TestStore()
        store.put("/t", 1)
        store.put("/a", 1, [.path("/t", .exists(true))])
        store.put("/w/b", 1, [.path("/t", .exists(true))])
        store.put("/d/x", 1, [.path("/a", .exists(true))])
        // A copy's conditions are not tested when it is made: this one sleeps while there is an x.
        let alone = KeepWhileEntry(.relative(up: 1, "/x"), .exists(false))
        store.put("/s/y", 1, [alone, .path("/w/b/sub", .exists(false))])
        store.apply(.copy(from: "/s/y", overwrite: false), at: "/d/y")
        // First a, with x; then b, whose going makes y be tested: there is no x any more.
        #expect(
            store.delete("/t")
                == "/a@1=1-keepWhile /d/x@1=1-keepWhile /t@1=1-explicit /w@1-keepWhile "
                + "/w/b@1=1-keepWhile")
        #expect(store.paths == "/d /d/y /s /s/y")
    }

    @Test func `a node that goes has all conditions tested of who watches anything below it`() {
        for watched in ["/g/*", "/g/x", "/g/**/x"] as [TreePattern] {
            var store = TestStore()
            store.put("/g", 1)
            let asleep = KeepWhileEntry.itself(.number(.childCount, .gt, 0))
            #expect(store.put("/w", 1, [.pattern(watched, .exists(false)), asleep]) == "/w@1")
            #expect(store.put("/g", 2) == "/g@2=1")
            #expect(store.delete("/g") == "/g@2=2-explicit /w@1=1-keepWhile", "\(watched)")
        }
    }

    @Test func `an aborted transaction leaves watchers as they were`() {
        var store = TestStore()
        for name in ["/g/a", "/g/b", "/t"] as [TreePattern] { store.put(name, 1) }
        store.put("/w", 1, [.pattern("/g/*", .hasPayload(true)), .path("/t", .exists(true))])
        let abort = TreeOperation(.abort(reason: .integer(9)))
        let steps: [TreeOperation] = [
            .put("/g/c", 1), TreeOperation(.delete, at: "/g/a"), TreeOperation(.delete, at: "/t"),
            .put("/w", 2), abort,
        ]
        #expect(store.transaction(steps) == "aborted 9")
        #expect(store.paths == "/g /g/a /g/b /t /w")
        #expect(store.put("/g/d", nil) == "/g/d@1 /w@1=1-keepWhile")
    }
}
