import Testing

@testable import KhepriTree

@Suite("Copy and move") struct CopyMoveTests {
    private func store() -> TestStore {
        var store = TestStore()
        store.put("/a", 1)
        store.put("/a", 2)
        store.put("/a/b/c", 3)
        return store
    }

    @Test func `a copy has the payloads and begins at version 1`() {
        var store = store()
        #expect(
            store.run(.copy(from: "/a", overwrite: false), at: "/x/y")
                == "/x/y@1 /x/y/b@1 /x/y/b/c@1")
        #expect(store.versions("/x/y") == "1/1/1")
        #expect(store.value("/x/y") == "2")
        #expect(store.value("/x/y/b/c") == "3")
        #expect(store.versions("/a") == "2/2/1")
        store.delete("/x/y")
        #expect(store.matches(of: "/x") == "", "the node on the way is reclaimed")
    }

    @Test func `a move takes the source away, and what is then useless`() {
        var store = store()
        #expect(
            store.run(.move(from: "/a/b/c", overwrite: false), at: "/c")
                == "/a/b@1-keepWhile /a/b/c@1=3-explicit /c@1")
        #expect(store.paths == "/a /c")
    }

    @Test func `an existing target is replaced as a whole, if that is permitted`() {
        var store = store()
        store.put("/t/old", 1)
        #expect(store.run(.copy(from: "/a", overwrite: false), at: "/t") == "mismatchingNode /t*")
        #expect(
            store.run(.copy(from: "/a", overwrite: true), at: "/t")
                == "/t@1 /t/b@1 /t/b/c@1 /t/old@1=1-explicit")
        #expect(store.matches(of: "/t/**") == "/t/b /t/b/c")
        #expect(store.run(.move(from: "/t/b", overwrite: true), at: "/t").hasPrefix("/t@1"))
        #expect(store.matches(of: "/t/**") == "/t/c")
        #expect(store.run(.move(from: "/t", overwrite: true), at: "/").hasPrefix("/@1 "))
        #expect(store.paths == "/c")
    }

    @Test func `the root is written as by a put, and loses its children`() {
        for (value, version) in [(7, 2), (2, 3)] {
            var store = store()
            store.put("/", 7)
            store.put("/t", value)
            // Its payload version grows once, where the payload is another; the former is not told.
            let removed =
                "/a@2=2-explicit /a/b@1-explicit /a/b/c@1=3-explicit /t@1=\(value)-explicit"
            #expect(
                store.run(.copy(from: "/t", overwrite: true), at: "/") == "/@\(version) \(removed)")
            #expect(store.versions("/") == "\(version)/4/0")
            #expect(store.value("/") == "\(value)")
        }
    }

    @Test func `what cannot be copied is refused`() {
        var store = store()
        let paths = store.paths
        for isMove in [false, true] {
            func run(_ source: TreePath, _ target: TreePattern) -> String {
                store.run(
                    isMove
                        ? .move(from: source, overwrite: true)
                        : .copy(from: source, overwrite: true),
                    at: target)
            }
            #expect(run("/a", "/a/b/x") == "invalidOperation /a/b/x")
            #expect(run("/a", "/a") == "invalidOperation /a")
            #expect(run("/", "/x") == "invalidOperation /x")
            #expect(run("/nope/x", "/y") == "nodeNotFound /nope")
            #expect(run("/a/nope", "/y") == "nodeNotFound /a/nope*")
            #expect(run("/a", "/*") == "patternMatchesManyNodes")
            #expect(store.paths == paths)
        }
    }

    @Test func `keep-while sets go along, relative ones with the new place`() {
        var store = store()
        store.put("/a/w", 1, [KeepWhileEntry(.relative(up: 1, "/b/c"), .exists(true))])
        store.put("/a/v", 1, [.path("/a/b/c", .exists(true))])
        store.apply(.copy(from: "/a", overwrite: false), at: "/n")
        store.delete("/n/b/c")
        #expect(store.matches(of: "/n/**") == "/n/v")
        store.delete("/a/b/c")
        #expect(store.paths == "/a /n")
    }
}
