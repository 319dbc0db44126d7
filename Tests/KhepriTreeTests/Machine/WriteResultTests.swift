import CBOR
import Testing

@testable import KhepriTree

@Suite("Results of writes") struct WriteResultTests {
    private let everything = TreeOperation.Options(returning: .all)

    @Test func `a created node is listed without payload, and its ancestors not at all`() {
        var store = TestStore()
        #expect(store.put("/a/b/c", 7) == "/a/b/c@1")
    }

    @Test func `an updated node is listed with its new versions and its former payload`() {
        var store = TestStore()
        store.put("/a", 1)
        #expect(store.put("/a", 2) == "/a@2=1")
        #expect(store.put("/a", 2) == "/a@2=2")
        #expect(store.run(.clearPayload(), at: "/a") == "/a@3=2")
        #expect(store.put("/a", 3) == "/a@4")
    }

    @Test func `whether there is a payload is true if there was one or is one`() throws {
        var store = TestStore()
        let options = TreeOperation.Options(returning: .hasPayload)
        let writes: [(Int?, Bool?)] = [(nil, nil), (1, true), (2, true), (nil, true), (nil, nil)]
        for (value, expected) in writes {
            let result = store.apply(.put(.of(value)), at: "/a", options)
            guard case .nodes(let nodes) = result else { continue }
            #expect(nodes.map(\.hasPayload) == [expected])
        }
    }

    @Test func `a deleted node is listed with all below it`() {
        var store = TestStore()
        store.put("/a/b", 1)
        store.put("/a/c", nil)
        store.put("/a", 3)
        #expect(store.delete("/a") == "/a@2=3-explicit /a/b@1=1-explicit /a/c@1-explicit")
        #expect(store.delete("/a") == "")
        #expect(store.deleteMany("/a/*") == "")
    }

    @Test func `the root is listed as deleted and stays`() {
        var store = TestStore()
        store.put("/a", 1)
        store.put("/", 2)
        #expect(store.delete("/") == "/@2=2-explicit /a@1=1-explicit")
        #expect(store.delete("/") == "/@3-explicit")
    }

    @Test func `what keep-while removes is listed with its reason unless that is not asked for`() {
        var store = TestStore()
        let quiet = TreeOperation.Options(returnIndirectDeletes: false)
        for options in [TreeOperation.Options(), quiet] {
            store.put("/t", 1)
            store.put("/w/x", 1)
            store.put("/w", 2, [.path("/t", .exists(true))])
            let expected =
                options.returnIndirectDeletes ? " /w@2=2-keepWhile /w/x@1=1-keepWhile" : ""
            #expect(store.run(.delete, at: "/t", options) == "/t@1=1-explicit" + expected)
            #expect(store.paths == "")
        }
    }

    @Test func `a node that is written and gone is listed as deleted with what was written`() {
        var store = TestStore()
        store.put("/s", 1, [.itself(.number(.payloadVersion, .lt, 2))])
        #expect(store.put("/s", 5) == "/s@2=5-keepWhile")
        store.put("/ab", 1, [.itself(.number(.childCount, .eq, 0))])
        #expect(store.put("/ab/d", 3) == "/ab@1=1-keepWhile /ab/d@1=3-keepWhile")
        #expect(store.changes.changes.map(\.path) == ["/", "/ab", "/ab/d"])
        #expect(store.changes.changes.map(\.kind) == [.updated, .deleted, .deleted])
        #expect(store.changes.changes[2].old == nil)
        #expect(store.changes.changes[2].removed?.payload(present: nil) == .integer(3))
    }

    @Test func `only what is asked for is listed`() throws {
        var store = TestStore()
        store.put("/a/b", 1)
        guard case .nodes(let nodes) = store.apply(.put(.of(1)), at: "/a", everything) else {
            Issue.record("expected nodes")
            return
        }
        var expected = ResultNode(path: "/a")
        expected.hasPayload = true
        expected.payloadVersion = 2
        expected.childListVersion = 1
        expected.childCount = 1
        expected.childNames = ["b"]
        expected.createdRevision = Revision(1)
        expected.modifiedRevision = Revision(2)
        expected.childrenRevision = Revision(1)
        #expect(nodes == [expected])
        let none = TreeOperation.Options(returning: [])
        #expect(store.apply(.put(.of(2)), at: "/a", none) == .nodes([ResultNode(path: "/a")]))
    }

    @Test func `a caller that wants no nodes gets none, and errors all the same`() {
        var machine = TreeMachine(history: SessionID(high: 0, low: 0))
        func result(_ kind: TreeOperation.Kind, _ revision: UInt64) -> OperationResult? {
            let command = TreeCommand(TreeOperation(kind, at: "/a"))
            let context = ApplyContext(revision: Revision(revision), time: 0)
            let outcome = machine.apply(command, in: context, wantsNodes: false)
            guard case .applied(let applied) = outcome else { return nil }
            return applied.result
        }
        #expect(result(.put(.of(1)), 1) == .nodes([]))
        #expect(result(.create(.of(1)), 2)?.summary == "mismatchingNode /a*")
        #expect(machine.tree.nodeCount == 2)
    }

    @Test func `conditional writes of one node`() {
        var store = TestStore()
        #expect(store.run(.update(.of(1)), at: "/a") == "nodeNotFound /a*")
        #expect(store.run(.create(.of(1)), at: "/a") == "/a@1")
        #expect(store.run(.create(.of(1)), at: "/a") == "mismatchingNode /a*")
        #expect(store.run(.update(.of(2)), at: "/a") == "/a@2=1")
        let swap = TreeOperation.Kind.compareAndSwap(expected: .exactly(.unsigned(2)), .of(3))
        #expect(store.run(swap, at: "/a") == "/a@3=2")
        #expect(store.run(swap, at: "/a") == "mismatchingNode /a*")
        #expect(store.run(swap, at: "/b/c") == "nodeNotFound /b/c*")
        #expect(store.run(.clearPayload(), at: "/b/c") == "")
        #expect(store.run(.clearPayload(keepWhile: []), at: "/a") == "/a@4=3")
        #expect(store.run(swap, at: "/a") == "mismatchingNode /a*")
        #expect(store.paths == "/a")
    }

    @Test func `a write tells when the payload of its node last changed`() {
        var machine = TreeMachine(history: SessionID(high: 0, low: 0))
        func modified(_ kind: TreeOperation.Kind, _ revision: UInt64) -> UInt64? {
            let command = TreeCommand(TreeOperation(kind, at: "/a/b"))
            let context = ApplyContext(revision: Revision(revision), time: 0)
            guard case .applied(let applied) = machine.apply(command, in: context) else { return 0 }
            return applied.modifiedRevision?.rawValue
        }
        #expect(modified(.put(.of(1)), 4) == 4)
        #expect(modified(.put(.of(1)), 5) == 4)
        #expect(modified(.put(.of(2)), 6) == 6)
        #expect(modified(.clearPayload(), 7) == 7)
        #expect(modified(.delete, 8) == nil)
        #expect(modified(.clearPayload(), 9) == nil)
    }
}
