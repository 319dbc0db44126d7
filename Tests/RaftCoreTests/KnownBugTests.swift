import RaftCore
import Testing

/// Bugs that Raft libraries have had, each with the rule that keeps it out.
@Suite("Known bugs of other libraries")
struct KnownBugTests {
    private let other = MemberID(node: 2, incarnation: Identifier128(high: 0, low: 2))

    // Raft figure 8.
    @Test func `an entry of an old term is not committed by counting`() throws {
        var test = TestServer.leader()
        test.propose(1, count: 3)
        try test.crash(keeping: 1)
        #expect(test.server.persistedIndex == LogIndex(5))
        test.step(.tick)
        test.persistAll()
        #expect(test.server.role == .leader)
        #expect(test.server.commitIndex == .zero)
        test.persistAll()
        #expect(test.server.commitIndex == LogIndex(6))
    }

    // Thesis §3.8.
    @Test func `a candidate does not count its own vote before it is durable`() {
        var test = TestServer()
        test.step(.tick)
        let written = test.disk.lastSequence
        test.step(.persisted(WriteSequence(written.rawValue - 1)))
        #expect(test.server.role == .candidate)
        test.step(.persisted(written))
        #expect(test.server.role == .leader)
    }

    @Test func `a candidate whose vote is on its way does not start another election`() {
        var test = TestServer()
        test.step(.tick)
        #expect(test.server.nextDeadline == nil)
        #expect(test.step(.tick).isEmpty)
        #expect(test.step(.campaign).isEmpty)
        #expect(test.server.term == Term(2))
    }

    // etcd #14370.
    @Test func `a sole voter does not count entries that its disk has not confirmed`() {
        var test = TestServer.leader()
        test.propose(1)
        #expect(test.server.lastPosition.index == LogIndex(3))
        #expect(test.server.commitIndex == LogIndex(2))
        test.persistAll()
        #expect(test.server.commitIndex == LogIndex(3))
    }

    // Ra 324d9bc5: completions name writes, so an early one says nothing about later entries.
    @Test func `a completion speaks only for the writes it names`() throws {
        var test = TestServer.leader()
        test.propose(1)
        test.propose(2)
        let synced = test.disk.sync(1)
        let first = try #require(synced)
        test.step(.persisted(first))
        #expect(test.server.commitIndex == LogIndex(3))
        test.step(.persisted(first))
        #expect(test.server.commitIndex == LogIndex(3))
    }

    // Ra ffe3016a: nothing is handed out, so nothing is saved, that a crash could take back.
    @Test func `nothing is applied before it is durable here`() {
        var test = TestServer.leader()
        test.propose(1, count: 4)
        #expect(
            test.effects.last { if case .apply = $0 { true } else { false } }
                == .apply(LogIndex(1)...LogIndex(2)))
        #expect(test.persistAll() == [.apply(LogIndex(3)...LogIndex(6))])
    }

    // openraft io_ordering: one numbered stream for term, vote and entries.
    @Test func `term and vote are written before the entries of that term`() {
        let test = TestServer.leader()
        let writes = test.effects.compactMap { effect -> (WriteSequence, RaftWrite)? in
            guard case .write(let sequence, let write) = effect else { return nil }
            return (sequence, write)
        }
        #expect(writes.map(\.0.rawValue) == [1, 2, 3, 4])
        var term = Term.zero
        for (_, write) in writes {
            if case .hardState(let state) = write { term = state.term }
            if case .append(let entries) = write { #expect(entries.term == term) }
        }
    }

    // Ra documents it: effects of a leader may be lost or doubled across leader changes.
    @Test func `a leader announces itself once in each term`() throws {
        var test = TestServer.leader()
        try test.crash()
        test.step(.tick)
        test.persistAll()
        test.persistAll()
        let announced = test.effects.compactMap { effect -> Term? in
            if case .roleChanged(.leader, let term) = effect { term } else { nil }
        }
        #expect(announced == [Term(2), Term(3)])
    }

    // Ra seeds its own index unconditionally.
    @Test func `a member outside the configuration counts in no quorum`() {
        let configuration = Configuration(voters: [other])
        #expect(!configuration.isQuorum { $0 == TestServer.member })
        #expect(configuration.quorumValue { $0 == TestServer.member ? 9 : 1 } == 1)
    }

    // ATC'20, fsync failures: what follows a failed flush proves nothing.
    @Test func `nothing is acknowledged after the disk has failed`() {
        var test = TestServer.leader()
        test.propose(1)
        test.step(.persistFailed)
        #expect(test.persistAll().isEmpty)
        #expect(test.server.commitIndex == LogIndex(2))
        #expect(test.server.hasFailed)
        #expect(test.server.nextDeadline == nil)
        #expect(test.propose(2) == [.rejected(ProposalToken(2), .storageFailed)])
        #expect(test.step(.read(ReadID(1))) == [.readFailed(ReadID(1), .storageFailed)])
    }

    // Found by a random walk over the driver: the entry was handed out again and again.
    @Test func `what was committed before the disk failed is still applied`() {
        var test = TestServer.leader()
        test.propose(1)
        test.persistAll()
        test.step(.persistFailed)
        test.applyAll()
        #expect(test.server.appliedIndex == LogIndex(3))
    }

    @Test func `reads that wait when the disk fails are answered in order`() {
        var test = TestServer()
        test.step(.tick)
        test.persistAll()
        test.step(.read(ReadID(1)))
        test.step(.read(ReadID(2)))
        #expect(
            test.step(.persistFailed).prefix(2) == [
                .readFailed(ReadID(1), .storageFailed), .readFailed(ReadID(2), .storageFailed),
            ])
    }

    // etcd #7331.
    @Test func `a read waits for the first commit of the leader's term`() {
        var test = TestServer()
        test.step(.tick)
        test.persistAll()
        #expect(test.step(.read(ReadID(1))).isEmpty)
        #expect(test.persistAll().contains(.readReady(ReadID(1), at: LogIndex(2))))
    }

    // async-raft 6c0ccaf3.
    @Test func `a restart finds the configuration again, from the log and from a snapshot`() throws
    {
        var test = TestServer.leader()
        let configuration = test.server.configuration
        try test.crash()
        #expect(test.server.configuration == configuration)
        test.step(.tick)
        test.persistAll()
        test.persistAll()
        test.applyAll()
        test.step(.snapshotTaken(LogPosition(index: LogIndex(3), term: Term(3))))
        test.persistAll()
        test.disk.compact(through: LogIndex(3))
        try test.crash()
        #expect(test.server.configuration == configuration)
        #expect(test.server.snapshotPosition.index == LogIndex(3))
    }

    // Ra bbd00102: a pre-vote writes nothing, so a member that is alone does not run ahead in terms.
    @Test func `a member that is alone asks for votes and changes nothing`() {
        var test = TestServer(voters: [TestServer.member, other])
        for _ in 0..<20 {
            test.now = test.now.advanced(by: .seconds(1))
            test.step(.tick)
            #expect(test.disk.lastSequence == WriteSequence(2))
            #expect(test.server.role == .follower)
        }
        #expect(test.server.term == Term(1))
    }
}
