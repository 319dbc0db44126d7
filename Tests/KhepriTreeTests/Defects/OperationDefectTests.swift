import CBOR
import Testing

@testable import KhepriTree

/// Defects of Khepri's operations and patterns that are none here.
@Suite("Defects of operations") struct OperationDefectTests {
    @Test func `D3: the root cannot stand inside a path: paths are resolved before they are used`()
    {
        var store = TestStore()
        #expect(store.put("/foo/../../bar", 1) == "/bar@1")
        #expect(store.put("/..", 1) == "/@2")
        #expect(store.put("/./baz/.", 1) == "/baz@1")
        #expect(store.paths == "/bar /baz")
        let text = "/foo//bar"
        #expect((try? TreePattern(text)) == nil)
    }

    @Test func `D4: deleting everything, the root included, empties the tree`() {
        var store = TestStore()
        store.put("/", 1)
        store.put("/a/b", 1)
        store.put("/w", 1, [.path("/a/b", .exists(true))])
        let options = TreeOperation.Options(includeRoot: true)
        #expect(
            store.run(.deleteMany, at: "/**", options)
                == "/@2=1-explicit /a@1-explicit /a/b@1=1-explicit /w@1=1-explicit")
        #expect(store.versions("/") == "3/4/0")
        #expect(store.run(.deleteMany, at: "/**", options) == "/@3-explicit")
        #expect(store.versions("/") == "3/4/0")
    }

    @Test func `D9: clearing many payloads creates nothing, in a transaction as outside`() {
        var store = TestStore()
        let clear = TreeOperation(.clearManyPayloads(), at: "/x/y")
        #expect(store.transaction([clear, TreeOperation(.exists, at: "/x")]) == " | false")
        #expect(store.run(clear.kind, at: clear.path) == "")
        #expect(store.paths == "")
    }

    @Test func `D10: any command may name a session, and is then applied once`() {
        var machine = TreeMachine(history: SessionID(high: 0, low: 0))
        for revision in 1...2 as ClosedRange<UInt64> {
            let session = TreeCommand.Session(
                id: SessionID(high: 1, low: 1), sequence: 1, lowestUnanswered: 1)
            let command = TreeCommand(TreeOperation(.put(.of(1)), at: "/a"), session: session)
            let context = ApplyContext(revision: Revision(revision), time: 0)
            guard case .applied(let applied) = machine.apply(command, in: context) else {
                Issue.record("expected that the command is applied")
                return
            }
            #expect(applied.result.summary == (revision == 1 ? "/a@1" : "resultUnavailable"))
            #expect(applied.changes.isEmpty == (revision == 2))
        }
    }

    @Test func `D11: a read of one node whose condition is not met is an error, or false`() {
        var store = TestStore()
        store.put("/a/b", 1)
        let pattern = TreePattern(components: [
            .named("a"), .all([.named("b"), .hasPayload(false)]),
        ])
        let above = TreePattern(components: [.all([.named("a"), .hasPayload(true)]), .named("b")])
        for readOnly in [true, false] {
            let reads = [.get, .exists, .hasPayload].map { TreeOperation($0, at: pattern) }
            #expect(
                store.transaction(reads, readOnly: readOnly)
                    == "mismatchingNode /a/b* | false | false")
            let others = [.get, .exists, .hasPayload].map { TreeOperation($0, at: above) }
            #expect(
                store.transaction(others, readOnly: readOnly)
                    == "mismatchingNode /a | false | false")
        }
    }

    @Test func `D14: a path may begin with several steps up`() throws {
        let watched = try KeepWhileEntry.WatchedPath(text: "../../a")
        #expect(watched == .relative(up: 2, "/a"))
        var store = TestStore()
        store.put("/a", 1)
        store.put("/x/y", 1, [KeepWhileEntry(watched, .exists(true))])
        #expect(store.delete("/a") == "/a@1=1-explicit /x@1-keepWhile /x/y@1=1-keepWhile")
    }

    @Test func `D15: a write of many nodes writes and removes all that it reports`() {
        var store = TestStore()
        for path in ["/n/n/n", "/n/m/n", "/m/n/m"] as [TreePattern] { store.put(path, 1) }
        let all = store.paths
        #expect(store.putMany("/**", 2).split(separator: " ").count == 8)
        for path in all.split(separator: " ") {
            let path = TreePath(stringLiteral: String(path))
            #expect(store.value(path) == "2", "\(path)")
        }
        let written = store.putMany("/**/n", 3)
        #expect(written.contains("/n/n/n/n@1"))
        for entry in written.split(separator: " ") {
            let path = TreePath(stringLiteral: String(entry.prefix { $0 != "@" }))
            #expect(store.value(path) == "3", "\(path)")
        }
        store.deleteMany("/**/n")
        #expect(store.paths == "/m /n /n/m")
        #expect(store.value("/n") == "2")
    }

    @Test func `D16: the changes of a command end in what the tree holds, whatever came between`() {
        var store = TestStore()
        store.put("/gone", 1)
        store.transaction([
            .put("/a", 1), .put("/a", 2), .put("/a", 3), TreeOperation(.delete, at: "/gone"),
            .put("/b", 1), TreeOperation(.delete, at: "/b"), .put("/c", 1),
        ])
        let changes = store.changes.changes
        #expect(changes.map(\.path) == ["/", "/a", "/b", "/c", "/gone"])
        #expect(changes.map(\.kind) == [.updated, .created, .deleted, .created, .deleted])
        let node = store.machine.tree.node(at: "/a" as TreePath)
        #expect(changes[1].new?.payload(present: node) == .integer(3))
        #expect(changes[1].new?.payloadVersion == 3)
    }

    @Test func `D17: a pattern matches a path by the same rule as it matches nodes in a walk`()
        throws
    {
        var store = TestStore()
        for path in ["/m/z/m2", "/z/m", "/z/z/m"] as [TreePattern] { store.put(path, 1) }
        let patterns: [TreePattern] = [
            TreePattern(components: [.pathMatches(try NamePattern(regularExpression: "^m"))]),
            TreePattern(components: [
                .all([.pathMatches(try NamePattern(glob: "m*")), .hasPayload(true)])
            ]),
            "/**/m", "/z/**", "/*/z",
        ]
        let paths = store.paths.split(separator: " ").map { TreePath(stringLiteral: String($0)) }
        for pattern in patterns {
            let matched = paths.filter { path in
                pattern.matches(path) { depth in
                    store.machine.tree.node(
                        at: TreePath(components: Array(path.components.prefix(depth))))
                }
            }
            let listed = matched.map(\.description).joined(separator: " ")
            #expect(listed == store.matches(of: pattern), "\(pattern)")
            #expect(!matched.isEmpty)
        }
        #expect(store.matches(of: patterns[0]) == "/m /m/z/m2 /z/m /z/z/m")
    }

    @Test func `D19: conditional writes on the root work`() {
        var store = TestStore()
        let swap = TreeOperation.Kind.compareAndSwap(expected: .exactly(.unsigned(1)), .of(2))
        #expect(store.run(.create(.of(1)), at: "/") == "mismatchingNode /*")
        #expect(store.run(swap, at: "/") == "mismatchingNode /*")
        #expect(store.run(.update(.of(1)), at: "/") == "/@2")
        #expect(store.run(swap, at: "/") == "/@3=1")
        #expect(store.run(.clearPayload(), at: "/") == "/@4=2")
        #expect(store.run(.clearManyPayloads(), at: "/") == "/@4")
        #expect(store.put("/", 1, [.path("/a", .exists(false))]) == "invalidOperation /")
    }
}
