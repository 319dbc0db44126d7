import Testing

@testable import KhepriTree

@Suite("Leases in the state") struct LeaseTests {
    @Test(arguments: [false, true]) func `the nodes of a lease vanish in one command`(
        isRevoked: Bool
    ) throws {
        var store = LeaseStore()
        try store.grant(1)
        try store.grant(2)
        for path: TreePattern in ["/w/b", "/w/a", "/z"] { try store.put(path, .lease(1)) }
        try store.put("/w/a/below")
        try store.put("/w/c", .lease(2))
        try store.apply(
            isRevoked ? .revoke(LeaseStore.id(1)) : .expire(LeaseStore.id(1), term: 1))
        #expect(store.paths == "/w /w/c")
        #expect(store.changes == "~/ ~/w -/w/a -/w/a/below -/w/b -/z")
        try store.apply(.revoke(LeaseStore.id(2)))
        #expect(store.paths == "", "what was made on the way goes with them")
        #expect(store.machine.leases.isEmpty)
    }

    @Test func `what watches a node of a lease goes with it`() throws {
        var store = LeaseStore()
        try store.grant(1)
        try store.put("/leader", .lease(1))
        try store.put("/jobs/first", .path("/leader", .exists(true)))
        try store.put("/jobs/second", .path("/jobs/first", .exists(true)))
        try store.put("/vacant", .path("/candidate", .exists(false)))
        try store.apply(.expire(LeaseStore.id(1), term: 1))
        #expect(store.paths == "/vacant")
    }

    @Test func `no node is put under a lease that is not there`() throws {
        var store = LeaseStore()
        #expect(try store.put("/a", .lease(1)) == "keepWhileConditionsNotMet /a")
        try store.grant(1)
        try store.apply(.revoke(LeaseStore.id(1)))
        #expect(try store.put("/a", .lease(1)) == "keepWhileConditionsNotMet /a")
        #expect(store.paths == "")
    }

    @Test func `the end that the leader of another term decided on is none`() throws {
        var store = LeaseStore()
        try store.grant(1)
        try store.put("/a", .lease(1))
        store.term = 2
        try store.apply(.expire(LeaseStore.id(1), term: 1))
        #expect(store.paths == "/a")
        #expect(store.changes == "")
        try store.apply(.expire(LeaseStore.id(1), term: 2))
        #expect(store.paths == "")
    }

    @Test func `a node can be taken out of its lease, or into another`() throws {
        var store = LeaseStore()
        try store.grant(1)
        try store.grant(2)
        for path: TreePattern in ["/stays", "/moves", "/free"] { try store.put(path, .lease(1)) }
        try store.apply(TreeOperation(.put(.of(2, nil)), at: "/stays"))
        try store.put("/moves", .lease(2))
        try store.put("/free")
        try store.apply(.revoke(LeaseStore.id(1)))
        #expect(store.paths == "/free /moves")
        try store.apply(.revoke(LeaseStore.id(2)))
        #expect(store.paths == "/free")
    }

    @Test func `a copy of a node is of the same lease, and a move takes it along`() throws {
        var store = LeaseStore()
        try store.grant(1)
        try store.put("/a/x", .lease(1))
        try store.apply(TreeOperation(.copy(from: "/a", overwrite: false), at: "/b"))
        try store.apply(TreeOperation(.move(from: "/a", overwrite: false), at: "/c"))
        #expect(store.paths == "/b /b/x /c /c/x")
        try store.apply(.revoke(LeaseStore.id(1)))
        #expect(store.paths == "")
    }

    @Test func `a transaction that fails leaves leases as they were`() throws {
        var store = LeaseStore()
        try store.grant(1)
        try store.put("/a", .lease(1))
        let steps = [
            TreeOperation(.put(.of(1, [.lease(1)])), at: "/b"),
            TreeOperation(.put(.of(1, [])), at: "/a"),
            TreeOperation(.delete, at: "/a"), TreeOperation(.abort(reason: .integer(1))),
        ]
        try store.apply(TreeOperation(.transaction(readOnly: false, steps)))
        #expect(store.paths == "/a")
        try store.apply(.revoke(LeaseStore.id(1)))
        #expect(store.paths == "")
    }

    @Test func `a grant that comes twice, and an end of nothing, change nothing`() throws {
        var store = LeaseStore()
        try store.grant(1)
        let hash = store.machine.stateHash
        #expect(try store.apply(.grant(LeaseStore.id(1), milliseconds: 9_000)) == "ok")
        #expect(try store.apply(.revoke(LeaseStore.id(2))) == "ok")
        #expect(store.machine.stateHash == hash)
        #expect(store.machine.leases.milliseconds(of: LeaseStore.id(1)) == 5_000)
    }

    @Test func `the number of leases is limited`() throws {
        let ids = (1...UInt64(LeaseTable.leasesMaximum)).map(LeaseStore.id)
        var table = LeaseTable(ids.map { ($0, 1_000) })
        #expect(table.grant(LeaseStore.id(0), milliseconds: 1_000)?.code == .tooManySessions)
        #expect(table.grant(LeaseStore.id(1), milliseconds: 1_000) == nil)
        table.end(LeaseStore.id(1))
        #expect(table.grant(LeaseStore.id(0), milliseconds: 1_000) == nil)
    }

    @Test func `a time to live is a second to a day`() throws {
        let limits = TreeLimits.leaseMilliseconds
        var store = LeaseStore()
        for (time, isGood) in [
            (limits.lowerBound - 1, false), (limits.lowerBound, true), (limits.upperBound, true),
            (limits.upperBound + 1, false), (0, false), (.max, false),
        ] {
            let result = try store.apply(.grant(LeaseStore.id(time), milliseconds: time))
            #expect(result == (isGood ? "ok" : "invalidOperation"), "\(time)")
        }
    }

    @Test func `a draft takes every lease for living`() throws {
        var draft = TreeDraft(Tree(), writingAt: Revision(1))
        let refusal = draft.perform(TreeOperation(.put(.of(1, [.lease(1)])), at: "/a"))
        #expect(refusal == nil)
    }
}
