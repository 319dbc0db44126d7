import Testing

@testable import KhepriTree

@Suite("Version rules") struct VersionRuleTests {
    @Test func `the worked example of the description`() {
        var store = TestStore()
        #expect(store.versions("/") == "1/1/0")
        store.put("/a/b/c", 1)
        #expect(store.versions("/") == "1/2/1")
        for path in ["/a", "/a/b"] as [TreePath] { #expect(store.versions(path) == "1/1/1") }
        #expect(store.versions("/a/b/c") == "1/1/0")
        store.put("/a/b/c", 1)
        #expect(store.versions("/a/b/c") == "1/1/0")
        store.put("/a/b/c", 2)
        #expect(store.versions("/a/b/c") == "2/1/0")
        store.put("/a/b/d", 1)
        #expect(store.versions("/a/b") == "1/2/2")
        #expect(store.versions("/a") == "1/1/1")
        #expect(store.versions("/") == "1/2/1")
        for _ in 0..<2 {
            store.apply(.clearPayload(), at: "/a/b/c")
            #expect(store.versions("/a/b/c") == "3/1/0")
        }
        store.delete("/a/b/d")
        #expect(store.versions("/a/b") == "1/3/1")
        store.delete("/a/b/c")
        #expect(store.paths == "")
        #expect(store.versions("/") == "1/3/0")
        store.put("/a/b/c", 1)
        #expect(store.versions("/") == "1/4/1")
        #expect(store.versions("/a/b/c") == "1/1/0")
        store.put("/", 1)
        store.put("/", 2)
        #expect(store.versions("/") == "3/4/1")
        store.delete("/")
        #expect(store.versions("/") == "4/5/0")
        store.delete("/")
        #expect(store.versions("/") == "4/5/0")
    }

    @Test func `a node without payload gets a new version with its first one`() {
        var store = TestStore()
        store.put("/a", nil)
        store.put("/a", nil)
        #expect(store.versions("/a") == "1/1/0")
        store.put("/a", 1)
        #expect(store.versions("/a") == "2/1/0")
    }

    @Test func `payloads are equal when their encodings are`() throws {
        var store = TestStore()
        let values = [
            "null", "false", "0", "0.0", "-0.0", "\"\"", "[]", "{}", "[1]", "[1.0]", "[[1]]",
        ]
        for (number, value) in values.enumerated() {
            let write = TreeOperation.Write(payload: try Payload(json: value))
            for _ in 0..<2 {
                store.apply(.put(write), at: "/a")
                #expect(store.versions("/a") == "\(number + 1)/1/0", "\(value)")
            }
        }
        for text in [#"{"k":1,"l":{"$double":"NaN"}}"#, #"{"l":{"$double":"NaN"},"k":1}"#] {
            store.apply(.put(.init(payload: try Payload(json: text))), at: "/a")
            #expect(store.versions("/a") == "\(values.count + 1)/1/0", "members have no order")
        }
    }

    @Test func `versions start again when a node is deleted and created`() {
        var store = TestStore()
        store.put("/a", 1)
        store.put("/a", 2)
        store.put("/a/b", 1)
        store.delete("/a")
        store.put("/a", 1)
        #expect(store.versions("/a") == "1/1/0")
    }

    @Test func `an operation raises the child list version of a node once`() {
        var store = TestStore()
        store.put("/p/a", 1)
        store.put("/p/b", 1)
        #expect(store.versions("/p") == "1/2/2")
        store.putMany("/p/*/x", 1)
        #expect(store.versions("/p") == "1/2/2")
        #expect(store.versions("/p/a") == "1/2/1")
        store.put("/p", 1)
        store.deleteMany("/p/*")
        #expect(store.versions("/p") == "2/3/0")
    }

    @Test func `the operations of a transaction raise versions one after the other`() {
        var store = TestStore()
        store.transaction([
            .put("/a", 1), .put("/a", 2), .put("/a/b", 1), TreeOperation(.delete, at: "/a/b"),
        ])
        #expect(store.versions("/a") == "2/3/0")
        #expect(store.changes.changes.map(\.kind) == [.updated, .created, .deleted])
    }

    @Test func `a child that goes in a cascade does not raise the version a second time`() {
        var store = TestStore()
        store.put("/p/a", 1)
        store.put("/p/w", 1, [.path("/p/a", .exists(true))])
        #expect(store.versions("/p") == "1/2/2")
        #expect(store.delete("/p/a") == "/p@1-keepWhile /p/a@1=1-explicit /p/w@1=1-keepWhile")
        store.put("/p", 1)
        store.put("/p/a", 1)
        store.put("/p/w", 1, [.path("/p/a", .exists(true))])
        store.delete("/p/a")
        #expect(store.versions("/p") == "1/4/0")
    }

    @Test func `revisions say when payload and children last changed`() throws {
        var store = TestStore()
        func revisions(_ path: TreePath) throws -> [UInt64] {
            let node = try #require(store.machine.tree.node(at: path))
            return [node.createdRevision, node.modifiedRevision, node.childrenRevision]
        }
        #expect(try revisions("/") == [0, 0, 0])
        store.put("/a", 1)
        #expect(try revisions("/") == [0, 0, 1])
        #expect(try revisions("/a") == [1, 1, 1])
        store.put("/a", 1)
        store.put("/a", 1, [.itself(.exists(true))])
        #expect(try revisions("/a") == [1, 1, 1])
        store.put("/a", 2)
        #expect(try revisions("/a") == [1, 4, 1])
        store.put("/a/b", 1)
        #expect(try revisions("/a") == [1, 4, 5])
        store.apply(.clearPayload(), at: "/a")
        #expect(try revisions("/a") == [1, 6, 5])
        #expect(store.machine.tree.root.subtreeRevision == 6)
    }
}
