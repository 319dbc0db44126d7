import TestSupport
import Testing

@testable import RaftCore

/// Random events on a sole voter with a disk that loses what is not synced.
///
/// The walk knows nothing of how the server works: it remembers what was called committed and looks
/// for it on the disk.
@Suite("Random walk")
struct RandomWalkTests {
    @Test func `a sole voter keeps every committed entry through any crash`() throws {
        var random = TestRandom()
        for _ in 0..<150 {
            var walk = Walk(seed: random.next())
            for _ in 0..<200 { try walk.advance() }
            try walk.finish()
        }
    }
}

private struct Walk {
    var random: TestRandom
    var test = TestServer()
    /// What was committed at each index, for ever.
    var committed: [LogIndex: FakeDisk.Entry] = [:]
    var highestCommit = LogIndex.zero
    var applied = LogIndex.zero
    /// Reads in flight, with the highest commit anybody knew when they were asked.
    var reads: [ReadID: LogIndex] = [:]
    var lastNumber: UInt64 = 0
    /// Sequence numbers synced and not reported.
    var unreported: WriteSequence?

    init(seed: UInt64) {
        random = TestRandom(seed: seed)
    }

    mutating func advance() throws {
        lastNumber += 1
        switch random.next(through: 19) {
        case 0...5:
            step(
                .propose(
                    Proposal(
                        token: ProposalToken(lastNumber), entryCount: 1 + random.next(through: 3),
                        byteCount: random.next(through: 1000), mayUseReserve: random.oneIn(3))))
        case 6...9: if let last = test.disk.sync(random.next(through: 3)) { unreported = last }
        case 10...13: report()
        case 14: step(.applied(test.handedOut))
        case 15:
            reads[ReadID(lastNumber)] = highestCommit
            step(.read(ReadID(lastNumber)))
        case 16: step(.tick)
        case 17: step(.storageSpace(random.oneIn(3) ? .full : .available))
        case 18: snapshot()
        default: if random.oneIn(3) { try crash() }
        }
    }

    /// Brings the server to rest: everything committed before must be there, and applied.
    mutating func finish() throws {
        try crash()
        for _ in 0..<4 {
            step(.tick)
            if let last = test.disk.sync(.max) { unreported = last }
            report()
        }
        step(.applied(test.handedOut))
        #expect(test.server.role == .leader, "\(random)")
        #expect(test.server.commitIndex >= highestCommit, "\(random)")
        #expect(test.server.appliedIndex == test.server.commitIndex, "\(random)")
        #expect(reads.isEmpty, "every read is answered or died with its server, \(random)")
    }

    private mutating func report() {
        guard let sequence = unreported else { return }
        unreported = nil
        step(.persisted(sequence))
    }

    private mutating func snapshot() {
        let index = test.server.appliedIndex
        guard test.server.snapshots.pending == nil, index > test.server.snapshotPosition.index
        else { return }
        guard let term = test.server.term(at: index) else { return }
        step(.snapshotTaken(LogPosition(index: index, term: term)))
    }

    private mutating func crash() throws {
        try test.crash(keeping: random.next(through: 3))
        unreported = nil
        reads = [:]
        applied = test.server.snapshotPosition.index
        #expect(test.server.lastPosition.index >= highestCommit, "\(random)")
        checkCommitted()
        // A crash before the first sync loses the group as a whole; it is made again.
        guard test.server.configuration == .empty else { return }
        step(.bootstrap(Configuration(voters: [TestServer.member])))
    }

    private mutating func step(_ event: RaftEvent) {
        let effects = test.step(event)
        for effect in effects { check(effect) }
        noteCommits()
        checkCommitted()
    }

    private mutating func check(_ effect: RaftEffect) {
        switch effect {
        case .apply(let range):
            #expect(range.lowerBound == applied.successor, "applied in order, once, \(random)")
            applied = range.upperBound
        case .readReady(let read, let index):
            let wanted = reads.removeValue(forKey: read)
            #expect(wanted.map { $0 <= index } == true, "a stale read, \(random)")
        case .readFailed(let read, _): #expect(reads.removeValue(forKey: read) != nil, "\(random)")
        default: break
        }
    }

    /// Takes over what the server calls committed now; it must be durable.
    private mutating func noteCommits() {
        for entry in test.disk.durable.entries
        where entry.position.index <= test.server.commitIndex
            && entry.position.index > highestCommit
        {
            committed[entry.position.index] = entry
        }
        guard test.server.commitIndex > highestCommit else { return }
        highestCommit = test.server.commitIndex
        let last = test.disk.durable.entries.last?.position.index ?? .zero
        #expect(last >= highestCommit, "committed before it was durable, \(random)")
    }

    /// What was committed is on the disk as it was, or in a snapshot that is.
    private func checkCommitted() {
        for entry in test.disk.durable.entries where entry.position.index <= highestCommit {
            #expect(committed[entry.position.index] == entry, "\(random)")
        }
        let first = test.disk.durable.entries.first?.position.index ?? .zero
        #expect(first <= test.disk.durable.snapshot.index.successor, "a gap, \(random)")
    }
}
