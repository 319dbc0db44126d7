import Testing

@testable import KhepriTree

@Suite("Walks") struct WalkTests {
    private let store: TestStore = {
        var store = TestStore()
        for path in ["/a/b/c", "/a/x/c", "/x/abc/q", "/x/b", "/zz"] as [TreePattern] {
            store.put(path, nil)
        }
        return store
    }()

    private func pattern(_ components: NodeCondition...) -> TreePattern {
        TreePattern(components: components)
    }

    private func all(_ conditions: NodeCondition...) -> TreePattern {
        pattern(.all(conditions))
    }

    @Test func `what wildcards match`() throws {
        let everything = "/a /a/b /a/b/c /a/x /a/x/c /x /x/abc /x/abc/q /x/b /zz"
        let deeper = "/a/b /a/b/c /a/x /a/x/c /x/abc /x/abc/q /x/b"
        #expect(store.matches(of: "/*") == "/a /x /zz")
        #expect(store.matches(of: "/**") == everything)
        #expect(store.matches(of: "/**", includesRoot: true) == "/ " + everything)
        #expect(store.matches(of: "/a/**") == "/a/b /a/b/c /a/x /a/x/c")
        #expect(store.matches(of: "/a/**", includesRoot: true) == "/a/b /a/b/c /a/x /a/x/c")
        #expect(store.matches(of: "/**/c") == "/a/b/c /a/x/c")
        #expect(store.matches(of: "/**/**") == deeper)
        #expect(store.matches(of: "/**/*") == deeper)
        #expect(store.matches(of: "/") == "/")
    }

    @Test func `what conditions match`() throws {
        let begins = NodeCondition.pathMatches(try NamePattern(regularExpression: "^a"))
        #expect(store.matches(of: pattern(begins)) == "/a /x/abc")
        #expect(
            store.matches(of: pattern(.not(begins)))
                == "/a/b /a/b/c /a/x /a/x/c /x /x/abc/q /x/b /zz")
        let leaves = all(.anyPath, .number(.childCount, .eq, 0))
        #expect(store.matches(of: leaves) == "/a/b/c /a/x/c /x/abc/q /x/b /zz")
        #expect(store.matches(of: all()) == "/a /x /zz")
        #expect(store.matches(of: pattern(.any([]))) == "")
        #expect(
            store.matches(of: pattern(.any([.named("a"), .named("zz"), .named("nope")])))
                == "/a /zz")
        #expect(store.matches(of: all(.named("a"), .named("x"))) == "")
        #expect(store.matches(of: pattern(.not(.named("a")), .anyName)) == "/x/abc /x/b")
        #expect(store.matches(of: all(.named("c"), .anyPath)) == "/a/b/c /a/x/c")
    }

    @Test func `each match is counted once`() {
        func count(_ pattern: TreePattern, includesRoot: Bool = false) -> OperationResult {
            let options = TreeOperation.Options(includeRoot: includesRoot)
            return store.machine.tree.read(TreeOperation(.count, at: pattern, options: options))
        }
        #expect(count("/**/**") == .count(7))
        #expect(count("/") == .count(1))
        #expect(count("/**") == .count(10))
        #expect(count("/**", includesRoot: true) == .count(11))
        #expect(count("/*", includesRoot: true) == .count(4))
        #expect(count("/a/**", includesRoot: true) == .count(4), "the root is not where it begins")
        #expect(count("/nope/*") == .count(0))
    }

    @Test func `matches can be read in pages`() {
        let everything = store.paths.split(separator: " ").map(String.init)
        let options = TreeOperation.Options(returning: [])
        let operation = TreeOperation(.getMany, at: "/**", options: options)
        for limit in 1...everything.count + 1 {
            var found: [String] = []
            var after: TreePath?
            while case .nodes(let page) = store.machine.tree.read(
                operation, after: after, limit: limit), let last = page.last
            {
                #expect(page.count <= limit)
                found += page.map { $0.path.description }
                after = last.path
            }
            #expect(found == everything)
        }
        #expect(
            store.machine.tree.read(operation, after: "/a/b/bb", limit: 2).summary == "/a/b/c /a/x")
        #expect(store.machine.tree.read(operation, limit: 0).summary == "")
    }

    @Test func `an operation on one node needs names, once the walk is there`() {
        var store = store
        let get = { (pattern: TreePattern) in
            store.machine.tree.read(TreeOperation(.get, at: pattern)).summary
        }
        #expect(get("/*") == "patternMatchesManyNodes")
        #expect(get("/nope/*") == "nodeNotFound /nope")
        #expect(get("/a/nope") == "nodeNotFound /a/nope*")
        #expect(get(pattern(.any([.named("a"), .named("x")]))) == "patternMatchesManyNodes")
        #expect(get(pattern(.any([.named("a"), .named("a")]))) == "/a@1")
        #expect(get(pattern(.not(.named("a")))) == "mismatchingNode /a*")
        #expect(get(pattern(.not(.named("nope")))) == "nodeNotFound /nope*")
        #expect(get(all(.named("a"), .hasPayload(true))) == "mismatchingNode /a*")
        #expect(store.put("/nope/*") == "patternMatchesManyNodes")
        #expect(
            store.put(pattern(.named("a"), .all([.named("b"), .hasPayload(true)]), .named("c")))
                == "mismatchingNode /a/b")
        #expect(store.delete("/nope/*") == "")
        #expect(store.delete("/*") == "patternMatchesManyNodes")
        #expect(store.delete(all(.named("a"), .hasPayload(true))) == "")
    }

    @Test func `which missing nodes a put may create`() {
        let missing = NodeCondition.named("new")
        let cases: [(NodeCondition, Bool)] = [
            (missing, true), (.all([missing, .exists(false)]), true),
            (.all([missing, .exists(true)]), false), (.all([missing, .hasPayload(false)]), false),
            (.all([missing, .not(.exists(true))]), false),
            (.all([missing, .any([.exists(false), .hasPayload(true)])]), true),
            (.any([missing, missing]), true), (.not(missing), false),
        ]
        for (condition, isPermitted) in cases {
            var store = store
            let expected = isPermitted ? "/new@1" : "nodeNotFound /new*"
            #expect(store.put(pattern(condition)) == expected, "\(condition)")
            #expect(store.put(pattern(condition, .named("x"))).hasPrefix(isPermitted ? "" : "node"))
        }
    }

    @Test func `a write of many creates names at the end of the pattern only`() {
        var store = TestStore()
        store.put("/p/a")
        store.put("/p/b/sub")
        #expect(store.putMany("/p/*/sub/x") == "/p/a/sub/x@1 /p/b/sub/x@1")
        #expect(store.putMany("/q/r") == "/q/r@1")
        #expect(
            store.putMany(pattern(.named("p"), .anyName, .any([.all([.named("one")])])))
                == "/p/a/one@1 /p/b/one@1", "a condition of one is that one")
        #expect(store.putMany("/nope/*") == "")
        #expect(store.putMany(pattern(.all([.named("nope"), .exists(false)]))) == "")
        #expect(store.run(.clearManyPayloads(), at: "/nope/x") == "")
        #expect(store.matches(of: "/nope") == "")
    }

    @Test func `nothing is created below the deepest node there can be`() throws {
        var store = TestStore()
        let deep = TreePattern(components: Array(repeating: .named("d"), count: 64))
        #expect(store.put(deep).hasSuffix("@1"))
        #expect(store.putMany("/**/x").hasPrefix("invalidPath"))
        #expect(store.run(.copy(from: "/d", overwrite: false), at: "/e/e").hasPrefix("invalidPath"))
        #expect(store.machine.tree.nodeCount == 65)
        #expect(store.run(.copy(from: "/d", overwrite: false), at: "/e").hasPrefix("/e@1"))
        #expect(store.machine.tree.nodeCount == 129)
        store.delete(deep)
        #expect(store.machine.tree.nodeCount == 65)
    }
}
