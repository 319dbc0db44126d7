import Testing

@testable import KhepriTree

/// What a transaction read, and whether it is still so when the transaction is applied.
@Suite("Reads of transactions") struct ReadSetTests {
    /// Puts at `/out` if the reads hold.
    private static func attempt(
        _ store: inout TestStore, _ reads: ReadSet, visitLimit: Int? = nil
    ) -> ApplyOutcome {
        let revision = store.machine.revision.rawValue + 1
        return store.machine.apply(
            TreeCommand(.put("/out", 1), basis: .reads(reads)),
            in: ApplyContext(revision: Revision(revision), time: revision), visitLimit: visitLimit)
    }

    /// Whether a command that reads this much before `body` is refused after it.
    private static func conflicts(
        _ read: (inout ReadSet) -> Void, _ body: (inout TestStore) -> Void
    ) -> Bool {
        var store = TestStore()
        store.put("/a/b", 1)
        store.put("/a/c", 2)
        store.put("/d", 3)
        var reads = ReadSet(at: store.machine.revision)
        read(&reads)
        body(&store)
        let hash = store.machine.stateHash
        guard case .applied(let applied) = attempt(&store, reads),
            case .error(let error) = applied.result
        else { return false }
        #expect(error.code == .conflict)
        #expect(store.machine.stateHash == hash)
        #expect(applied.changes.changes.isEmpty)
        return true
    }

    @Test func `a payload that changed is a conflict, one beside it is not`() {
        let read: (inout ReadSet) -> Void = { $0.add("/a/b", [.presence, .payload]) }
        #expect(Self.conflicts(read) { $0.put("/a/b", 2) })
        #expect(Self.conflicts(read) { $0.delete("/a/b") })
        #expect(
            Self.conflicts(read) {
                $0.delete("/a/b")
                $0.put("/a/b", 1)
            }, "another node with the same value")
        #expect(!Self.conflicts(read) { $0.put("/a/c", 5) })
        #expect(!Self.conflicts(read) { $0.put("/a/b/below", 5) })
        #expect(!Self.conflicts(read) { $0.put("/a/b", 1) }, "an equal put changes nothing")
    }

    @Test func `a node that was missing must be missing still`() {
        let read: (inout ReadSet) -> Void = { $0.add("/a/x", .absence) }
        #expect(Self.conflicts(read) { $0.put("/a/x") })
        #expect(!Self.conflicts(read) { $0.put("/a/y") })
        #expect(
            !Self.conflicts(read) {
                $0.put("/a/x")
                $0.delete("/a/x")
            })
    }

    @Test func `who asked only whether a node exists does not mind its value`() {
        let read: (inout ReadSet) -> Void = { $0.add("/a/b", .presence) }
        #expect(!Self.conflicts(read) { $0.put("/a/b", 9) })
        #expect(Self.conflicts(read) { $0.delete("/a/b") })
    }

    @Test func `a child list that changed is a conflict for who listed it`() {
        let read: (inout ReadSet) -> Void = { $0.add("/a", [.presence, .children]) }
        #expect(Self.conflicts(read) { $0.put("/a/x") })
        #expect(Self.conflicts(read) { $0.delete("/a/b") })
        #expect(!Self.conflicts(read) { $0.put("/a/b", 9) })
        #expect(!Self.conflicts(read) { $0.put("/a", 9) })
    }

    @Test func `a pattern conflicts with what appears, changes or goes where it looks`() {
        let read: (inout ReadSet) -> Void = { $0.add("/a/*") }
        #expect(Self.conflicts(read) { $0.put("/a/new") })
        #expect(Self.conflicts(read) { $0.put("/a/b", 9) })
        #expect(Self.conflicts(read) { $0.delete("/a/c") })
        #expect(!Self.conflicts(read) { $0.put("/d", 9) })
        #expect(!Self.conflicts(read) { $0.put("/a", 9) })
        #expect(!Self.conflicts(read) { $0.put("/e/b") })
    }

    @Test func `a condition on the way is looked at too`() {
        let pattern = TreePattern(
            components: [.all([.anyName, .hasPayload(true)]), .named("b")])
        let read: (inout ReadSet) -> Void = { $0.add(pattern) }
        #expect(Self.conflicts(read) { $0.put("/a", 9) }, "/a/b matches now")
        #expect(!Self.conflicts(read) { $0.put("/a/c", 9) })
    }

    @Test func `a command made for a term is applied in that term only`() {
        for term in [6, 7] as [UInt64] {
            var store = TestStore()
            let outcome = store.machine.apply(
                TreeCommand(.put("/a", 1), basis: .term(7)),
                in: ApplyContext(revision: Revision(1), time: 1, term: term))
            guard case .applied(let applied) = outcome else { Issue.record("not applied"); return }
            #expect((applied.result.summary == "conflict") == (term != 7))
            #expect(store.paths == (term == 7 ? "/a" : ""))
        }
    }

    @Test func `a check beyond the limit of visits is made beside the tree`() {
        var store = TestStore()
        for number in 0..<20 { store.put(TreePattern("/a/\(number)"), 1) }
        var reads = ReadSet(at: store.machine.revision)
        reads.add("/a/*")
        store.put("/a/19", 2)
        let hash = store.machine.stateHash
        guard case .visitLimitExceeded = Self.attempt(&store, reads, visitLimit: 3) else {
            Issue.record("20 nodes were looked at in place")
            return
        }
        #expect(store.machine.stateHash == hash)
        guard case .applied(let applied) = Self.attempt(&store, reads) else { return }
        #expect(applied.result.summary == "conflict")
    }

    @Test func `a refused transaction of a session is not applied when it comes again`() {
        var store = TestStore()
        store.put("/a", 1)
        var reads = ReadSet(at: store.machine.revision)
        reads.add("/a", [.presence, .payload])
        store.put("/a", 2)
        let command = TreeCommand(
            .put("/out"),
            session: .init(id: SessionID(high: 1, low: 1), sequence: 1, lowestUnanswered: 1),
            basis: .reads(reads))
        for revision in [10, 11] as [UInt64] {
            let outcome = store.machine.apply(
                command, in: ApplyContext(revision: Revision(revision), time: 10))
            guard case .applied(let applied) = outcome else { Issue.record("not applied"); return }
            #expect(applied.result.summary == "conflict /a" || revision == 11)
            #expect(applied.earlierRevision == (revision == 11 ? Revision(10) : nil))
        }
        #expect(store.paths == "/a")
    }
}
