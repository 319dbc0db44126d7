import Testing

@testable import RaftCore

@Suite("Rules of a server")
struct ServerRuleTests {
    @Test func `the same state, event and instant give the same result`() {
        var left = TestServer(voters: [TestServer.member, other], seed: 9)
        var right = TestServer(voters: [TestServer.member, other], seed: 9)
        for round in 0..<50 {
            for index in [0, 1] {
                var test = index == 0 ? left : right
                test.now = Instant(nanoseconds: UInt64(round) * 1_000_000_000)
                test.step(.tick)
                test.persistAll()
                if index == 0 { left = test } else { right = test }
            }
            #expect(left.server == right.server)
            #expect(left.effects == right.effects)
        }
    }

    @Test func `election timeouts are drawn from the whole range`() throws {
        var delays: [UInt64] = []
        for seed in 0..<200 {
            let test = TestServer(voters: [TestServer.member, other], seed: UInt64(seed))
            delays.append(try #require(test.server.nextDeadline).nanoseconds(since: test.now))
        }
        #expect(delays.allSatisfy { (400_000_000...800_000_000).contains($0) })
        #expect(try #require(delays.min()) < 420_000_000)
        #expect(try #require(delays.max()) > 780_000_000)
    }

    @Test func `a leader that is alone has no deadline`() {
        #expect(TestServer.leader().server.nextDeadline == nil)
    }

    @Test func `a member that is no voter never starts an election`() {
        var test = TestServer(voters: [other])
        test.now = test.now.advanced(by: .seconds(60))
        #expect(test.step(.tick) == [.quorumLost(since: Instant(nanoseconds: 1))])
        #expect(test.server.nextDeadline == nil)
        #expect(test.step(.campaign).isEmpty)
    }

    @Test func `uncommitted bytes are limited and given back by commits`() {
        var test = TestServer.leader(options: RaftOptions(uncommittedBytesMaximum: 100))
        test.propose(1, bytes: 60)
        test.propose(2, bytes: 40)
        #expect(test.propose(3, bytes: 1) == [.rejected(ProposalToken(3), .tooManyUncommitted)])
        test.persistAll()
        #expect(test.server.uncommitted.byteCount == 0)
        test.propose(4, bytes: 1_000)
        #expect(test.server.uncommitted.byteCount == 1_000)
    }

    @Test func `a full disk accepts only what may use the reserve`() {
        var test = TestServer.leader()
        test.step(.storageSpace(.full))
        #expect(test.propose(1) == [.rejected(ProposalToken(1), .storageFull)])
        test.propose(2, mayUseReserve: true)
        test.persistAll()
        #expect(test.server.commitIndex == LogIndex(3))
        test.step(.storageSpace(.available))
        test.propose(3)
        #expect(test.server.lastPosition.index == LogIndex(4))
    }

    @Test func `a server is ready once it has applied an entry of its own term`() {
        var test = TestServer()
        test.step(.tick)
        test.persistAll()
        test.persistAll()
        #expect(!test.server.isReady)
        test.applyAll()
        #expect(test.server.isReady)
    }

    @Test func `recovered entries must follow each other and the snapshot`() throws {
        let snapshot = LogPosition(index: LogIndex(5), term: Term(2))
        func recovered() -> RecoveredState {
            RecoveredState(hardState: HardState(term: Term(3)), snapshot: snapshot)
        }
        func append(_ index: UInt64, _ term: UInt64) throws -> RecoveredState {
            var state = recovered()
            try state.append(
                LogPosition(index: LogIndex(index), term: Term(term)), configuration: nil)
            return state
        }
        #expect(try append(4, 2) == recovered())
        #expect(try append(6, 3).lastPosition.index == LogIndex(6))
        #expect(throws: RecoveryError.self) { try append(7, 3) }
        #expect(throws: RecoveryError.self) { try append(6, 1) }
        #expect(throws: RecoveryError.self) { try append(6, 4) }
    }

    // Guard 14: a committed entry is never removed, whoever asks.
    @Test func `truncating a committed entry traps`() async {
        await #expect(processExitsWith: .failure) {
            var server = TestServer.leader().server
            server.leadership = nil
            var effects = RaftEffectBuffer()
            server.truncate(from: LogIndex(2), into: &effects)
        }
    }

    @Test func `truncating what is not committed takes everything about it back`() {
        var test = TestServer.leader()
        test.propose(1, count: 3, bytes: 30)
        test.propose(2, count: 2, bytes: 20)
        var server = test.server
        server.leadership = nil
        var effects = RaftEffectBuffer()
        server.truncate(from: LogIndex(6), into: &effects)
        #expect(server.lastPosition.index == LogIndex(5))
        #expect(server.uncommitted.byteCount == 30)
        #expect(Array(effects) == [.write(WriteSequence(7), .truncate(from: LogIndex(6)))])
        server.step(.persisted(WriteSequence(7)), now: .zero, into: &effects)
        #expect(server.persistedIndex == LogIndex(5))
        server.checkInvariants()
    }

    @Test func `a snapshot of entries that are not applied traps`() async {
        await #expect(processExitsWith: .failure) {
            var test = TestServer.leader()
            test.propose(1)
            test.persistAll()
            test.step(.snapshotTaken(LogPosition(index: LogIndex(3), term: Term(2))))
        }
    }

    @Test func `a group whose making was cut short can be made again`() throws {
        var test = TestServer()
        try test.crash(keeping: 1)
        #expect(test.server.term == Term(1))
        #expect(test.server.configuration == .empty)
        test.step(.bootstrap(Configuration(voters: [TestServer.member])))
        test.step(.tick)
        test.persistAll()
        test.persistAll()
        #expect(test.server.commitIndex == LogIndex(2))
    }

    @Test func `a group cannot be made where there is one`() async {
        await #expect(processExitsWith: .failure) {
            var test = TestServer.leader()
            test.step(.bootstrap(Configuration(voters: [TestServer.member])))
        }
    }

    private let other = MemberID(node: 2, incarnation: Identifier128(high: 0, low: 2))
}
