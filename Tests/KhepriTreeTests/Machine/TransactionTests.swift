import Testing

@testable import KhepriTree

@Suite("Transactions") struct TransactionTests {
    private func operation(_ kind: TreeOperation.Kind, at pattern: TreePattern) -> TreeOperation {
        TreeOperation(kind, at: pattern)
    }

    @Test func `later operations see earlier ones`() {
        var store = TestStore()
        let results = store.transaction([
            .put("/a", 1), operation(.get, at: "/a"), operation(.count, at: "/**"),
            operation(.delete, at: "/a"), operation(.exists, at: "/a"),
        ])
        #expect(results == "/a@1 | /a@1=1 | 1 | /a@1=1-explicit | false")
        #expect(store.changes.changes.map(\.kind) == [.updated, .deleted])
    }

    @Test func `an error is a result and the transaction goes on`() {
        var store = TestStore()
        let results = store.transaction([
            operation(.update(.of(1)), at: "/a"), .put("/b", 1),
            operation(.create(.of(1)), at: "/b"), operation(.get, at: "/c"),
        ])
        #expect(results == "nodeNotFound /a* | /b@1 | mismatchingNode /b* | nodeNotFound /c*")
        #expect(store.paths == "/b")
    }

    @Test func `an abort undoes everything`() {
        var store = TestStore()
        store.put("/a", 1)
        let before = store.machine.tree.read(TreeOperation(.dump))
        let abort = TreeOperation(.abort(reason: .integer(3)))
        #expect(store.transaction([.put("/a", 2), .put("/b", 1), abort]) == "aborted 3")
        #expect(store.changes.isEmpty)
        #expect(store.machine.tree.read(TreeOperation(.dump)) == before)
    }

    @Test func `abortIfError looks at the operation just before it`() {
        var store = TestStore()
        let check = TreeOperation(.abortIfError(reason: .integer(4)))
        let failing = operation(.update(.of(1)), at: "/nope")
        #expect(store.transaction([check, .put("/a", 1), check]) == "ok | /a@1 | ok")
        #expect(
            store.transaction([failing, .put("/b", 1), check]) == "nodeNotFound /nope* | /b@1 | ok")
        #expect(store.transaction([.put("/c", 1), failing, check, .put("/d")]) == "aborted 4")
        #expect(store.paths == "/a /b")
    }

    @Test func `a wildcard where one node is meant ends the transaction`() {
        var store = TestStore()
        #expect(store.transaction([.put("/a", 1), .put("/*", 1)]) == "patternMatchesManyNodes")
        #expect(
            store.transaction([.put("/a", 1), operation(.get, at: "/*")])
                == "patternMatchesManyNodes")
        #expect(store.paths == "")
    }

    @Test func `a read-only transaction refuses writes as a whole`() {
        var store = TestStore()
        store.put("/a", 1)
        let read = operation(.get, at: "/a")
        #expect(store.transaction([read], readOnly: true) == "/a@1=1")
        let writes: [TreeOperation.Kind] = [
            .put(.of(1)), .putMany(.of(1)), .create(.of(1)), .update(.of(1)), .delete, .deleteMany,
            .compareAndSwap(expected: .anything, .of(1)), .clearPayload(), .clearManyPayloads(),
            .copy(from: "/a", overwrite: true), .move(from: "/a", overwrite: true),
        ]
        for write in writes {
            let operations = [read, operation(write, at: "/b")]
            #expect(store.transaction(operations, readOnly: true) == "readOnlyTransaction")
            let transaction = TreeOperation(.transaction(readOnly: true, operations))
            #expect(store.machine.tree.read(transaction).summary == "readOnlyTransaction")
        }
        let abort = TreeOperation(.abort(reason: .integer(1)))
        #expect(store.transaction([read, abort], readOnly: true) == "aborted 1")
        let answer = store.machine.tree.read(
            TreeOperation(.transaction(readOnly: true, [read, operation(.exists, at: "/b")])))
        #expect(answer.summary == "/a@1=1 | false")
    }

    @Test func `which error comes first`() {
        var store = TestStore()
        store.put("/a", 1)
        let unmet: [KeepWhileEntry] = [.path("/nope", .exists(true))]
        // The path before the keep-while conditions, a missing node before a wildcard behind it.
        #expect(store.run(.create(.of(1, unmet)), at: "/a") == "mismatchingNode /a*")
        #expect(store.run(.update(.of(1, unmet)), at: "/b") == "nodeNotFound /b*")
        #expect(store.run(.update(.of(1, unmet)), at: "/b/*") == "patternMatchesManyNodes")
        #expect(store.run(.get, at: "/b/*") == "nodeNotFound /b")
        #expect(store.put("/*", 1, unmet) == "patternMatchesManyNodes")
        #expect(store.put("/b", 1, unmet) == "keepWhileConditionsNotMet /b")
        // That a transaction may not write comes before what it would write, an abort before both.
        let put = TreeOperation.put("/*", 1)
        let abort = TreeOperation(.abort(reason: .integer(1)))
        #expect(store.transaction([put, abort], readOnly: true) == "readOnlyTransaction")
        #expect(store.transaction([abort, put], readOnly: true) == "aborted 1")
        // A target below its source before a source that is missing, that before one in the way.
        #expect(
            store.run(.move(from: "/b", overwrite: false), at: "/b/c") == "invalidOperation /b/c")
        #expect(store.run(.move(from: "/b", overwrite: false), at: "/a") == "nodeNotFound /b*")
        #expect(store.paths == "/a")
    }

    @Test func `what cannot stand alone or inside is refused`() {
        var store = TestStore()
        #expect(store.run(.abort(reason: .integer(1))) == "invalidOperation")
        #expect(store.run(.abortIfError(reason: .integer(1))) == "invalidOperation")
        let inner = TreeOperation(.transaction(readOnly: false, [.put("/a", 1)]))
        #expect(store.transaction([inner, .put("/b", 1)]) == "invalidOperation | /b@1")
        let written = store.machine.tree.read(.put("/c", 1))
        #expect(written.summary == "invalidOperation")
    }

    @Test func `ten thousand operations are the limit`() {
        var store = TestStore()
        let get = operation(.exists, at: "/a")
        let most = Array(repeating: get, count: TreeLimits.transactionOperationsMaximum)
        guard case .results(let results) = store.apply(.transaction(readOnly: true, most)) else {
            Issue.record("expected results")
            return
        }
        #expect(results.count == most.count)
        #expect(store.transaction(most + [get], readOnly: true) == "invalidOperation")
    }
}
