import RaftCore
import RaftRuntime
import Testing

@testable import SimulationKit

/// Each promise that the witness watches, kept once and broken once.
@Suite("Witness of a group")
struct WitnessTests {
    private static let members = (1...3).map { number in
        MemberID(node: number, incarnation: Identifier128(high: 0, low: number))
    }
    private static let group = GroupID(high: 1, low: 1)

    private static func entry(
        _ index: UInt64, term: UInt64, _ payload: [UInt8] = [], _ kind: EntryKind = .command
    ) -> LogEntry {
        LogEntry(
            index: LogIndex(index), term: Term(term), kind: kind, time: 1_000, payload: payload)
    }

    private static func status(
        term: UInt64, last: UInt64, commit: UInt64 = 0, role: RaftRole = .follower
    ) -> GroupStatus {
        var status = GroupStatus()
        status.role = role
        status.term = Term(term)
        status.lastPosition = LogPosition(index: LogIndex(last), term: Term(term))
        status.persistedIndex = LogIndex(last)
        status.commitIndex = LogIndex(commit)
        status.appliedIndex = LogIndex(commit)
        status.configuration = Configuration(voters: members)
        return status
    }

    private static func say(
        _ content: RaftMessage.Content, from sender: Int, to receiver: Int, term: UInt64
    ) -> PeerEnvelope {
        PeerEnvelope(
            group: group, sender: members[sender], receiver: members[receiver],
            content: .raft(RaftMessage(term: Term(term), content: content), .none))
    }

    /// A group in which the first member leads in term 1 and two entries are committed.
    private static func settled() -> GroupWitness {
        var witness = GroupWitness()
        for member in members {
            witness.wrote(
                [
                    .hardState(term: Term(1), vote: members[0]),
                    .append([entry(1, term: 1), entry(2, term: 1, [7])]),
                ], by: member, isDurable: true)
        }
        for member in members {
            let role: RaftRole = member == members[0] ? .leader : .follower
            witness.stood(
                status(term: 1, last: 2, commit: 2, role: role), stateHash: 99, of: member)
        }
        return witness
    }

    /// Has two members write entry 3, and the leader commit it.
    private static func commitThird(_ witness: inout GroupWitness) {
        for member in members[..<2] {
            witness.wrote([.append([entry(3, term: 1)])], by: member, isDurable: true)
        }
        witness.stood(
            status(term: 1, last: 3, commit: 3, role: .leader), stateHash: 100, of: members[0])
    }

    /// What the witness says after something was done to a settled group.
    private static func verdict(_ change: (inout GroupWitness) -> Void) -> String? {
        var witness = settled()
        precondition(witness.failure == nil, "a settled group keeps its promises")
        change(&witness)
        return witness.failure
    }

    private static func recovered(
        term: UInt64 = 1, vote: MemberID? = members[0], _ entries: [LogEntry]
    ) -> RecoveredGroup {
        RecoveredGroup(
            name: "default", term: Term(term), vote: vote, snapshot: nil, entries: entries)
    }

    // MARK: Elections

    @Test func `two leaders of one term are seen`() {
        let verdict = Self.verdict { witness in
            let status = Self.status(term: 1, last: 2, commit: 2, role: .leader)
            witness.stood(status, stateHash: 99, of: Self.members[1])
        }
        #expect(verdict?.contains("lead in term 1") == true)
    }

    @Test func `a leader without what was committed is seen`() {
        let verdict = Self.verdict { witness in
            let newcomer = MemberID(node: 4, incarnation: Identifier128(high: 0, low: 4))
            witness.stood(
                Self.status(term: 2, last: 0, role: .leader), stateHash: 0, of: newcomer)
        }
        #expect(verdict?.contains("lacks entry 2") == true)
    }

    @Test func `a second vote in a term is seen, and one that is not durable`() {
        let second = Self.verdict { witness in
            witness.wrote(
                [.hardState(term: Term(1), vote: Self.members[1])], by: Self.members[1],
                isDurable: true)
        }
        #expect(second?.contains("changes its vote") == true)
        let hasty = Self.verdict { witness in
            witness.sent(Self.say(.voteReply(isGranted: true), from: 1, to: 2, term: 2))
        }
        #expect(hasty?.contains("not durable") == true)
        let request = VoteRequest(last: LogPosition(index: LogIndex(2), term: Term(1)))
        let own = Self.verdict { witness in
            witness.sent(Self.say(.voteRequest(request), from: 1, to: 2, term: 2))
        }
        #expect(own?.contains("asks for votes") == true)
    }

    @Test func `a candidate that claims more than it has on disk is seen`() {
        let claim = VoteRequest(last: LogPosition(index: LogIndex(3), term: Term(1)))
        let verdict = Self.verdict { witness in
            witness.wrote(
                [.hardState(term: Term(2), vote: Self.members[1])], by: Self.members[1],
                isDurable: true)
            witness.sent(Self.say(.voteRequest(claim), from: 1, to: 2, term: 2))
        }
        #expect(verdict?.contains("claims entries that it may lose") == true)
    }

    // MARK: Logs

    @Test func `two entries with one position are seen`() {
        let verdict = Self.verdict { witness in
            witness.wrote(
                [.append([Self.entry(3, term: 1, [1])])], by: Self.members[0], isDurable: true)
            witness.wrote(
                [.append([Self.entry(3, term: 1, [2])])], by: Self.members[1], isDurable: true)
        }
        #expect(verdict?.contains("differs at 3") == true)
    }

    @Test func `a committed entry that is dropped is seen, unless a snapshot replaces it`() {
        let dropped = Self.verdict { witness in
            witness.wrote([.truncate(from: LogIndex(2))], by: Self.members[1], isDurable: true)
        }
        #expect(dropped?.contains("drops committed entry 2") == true)
        let replaced = Self.verdict { witness in
            let end = LogPosition(index: LogIndex(5), term: Term(1))
            witness.wrote(
                [.truncate(from: LogIndex(2)), .snapshot(end)], by: Self.members[1],
                isDurable: true)
        }
        #expect(replaced == nil)
    }

    @Test func `an entry that is confirmed before it is durable is seen`() {
        let reply = AppendReply(
            round: ReadRound(1),
            outcome: .accepted(durable: LogIndex(3), validated: LogIndex(3)))
        let verdict = Self.verdict { witness in
            witness.sent(Self.say(.appendReply(reply), from: 1, to: 0, term: 1))
        }
        #expect(verdict?.contains("confirms entry 3") == true)
    }

    @Test func `what a restart has lost is seen, and what a failed write left open is not`() {
        let first = Self.entry(1, term: 1)
        let second = Self.entry(2, term: 1, [7])
        let whole = Self.verdict { witness in
            witness.recovered(Self.recovered([first, second]), by: Self.members[1])
        }
        #expect(whole == nil)
        let entry = Self.verdict { witness in
            witness.recovered(Self.recovered([first]), by: Self.members[1])
        }
        #expect(entry?.contains("has lost entry 2") == true)
        let vote = Self.verdict { witness in
            witness.recovered(Self.recovered(vote: nil, [first, second]), by: Self.members[1])
        }
        #expect(vote?.contains("has lost the vote") == true)
        for rest in [[], [Self.entry(3, term: 1)]] {
            let open = Self.verdict { witness in
                witness.wrote(
                    [.append([Self.entry(3, term: 1)])], by: Self.members[1], isDurable: false)
                witness.recovered(Self.recovered([first, second] + rest), by: Self.members[1])
            }
            #expect(open == nil)
        }
    }

    // MARK: Commits and states

    @Test func `a log that forgets what no snapshot has is seen`() {
        let snapshot = LogPosition(index: LogIndex(2), term: Term(1))
        for (index, isSeen) in [(LogIndex(2), false), (LogIndex(3), true)] {
            let verdict = Self.verdict { witness in
                witness.wrote([.snapshot(snapshot)], by: Self.members[1], isDurable: true)
                witness.dropped(through: index, by: Self.members[1])
            }
            #expect((verdict?.contains("drops entry 3, which no snapshot has") == true) == isSeen)
        }
    }

    @Test func `a commit that no majority has on disk is seen`() {
        let verdict = Self.verdict { witness in
            witness.wrote([.append([Self.entry(3, term: 1)])], by: Self.members[0], isDurable: true)
            let status = Self.status(term: 1, last: 3, commit: 3, role: .leader)
            witness.stood(status, stateHash: 100, of: Self.members[0])
        }
        #expect(verdict?.contains("not durable on a majority") == true)
    }

    @Test func `a member that commits another entry is seen`() {
        let verdict = Self.verdict { witness in
            Self.commitThird(&witness)
            witness.wrote([.append([Self.entry(3, term: 2)])], by: Self.members[2], isDurable: true)
            witness.stood(
                Self.status(term: 2, last: 3, commit: 3), stateHash: 100, of: Self.members[2])
        }
        #expect(verdict?.contains("commits entry 3 of term 2") == true)
    }

    @Test func `what goes back is seen`() {
        let changes: [(String, (inout GroupStatus) -> Void)] = [
            ("the term", { $0.term = Term(0) }),
            ("the commit", { $0.commitIndex = LogIndex(1) }),
            ("the state", { $0.appliedIndex = LogIndex(1) }),
        ]
        for (name, change) in changes {
            let verdict = Self.verdict { witness in
                var status = Self.status(term: 1, last: 2, commit: 2)
                change(&status)
                witness.stood(status, stateHash: 99, of: Self.members[1])
            }
            #expect(verdict?.contains("\(name) of member") == true)
            #expect(verdict?.contains("goes back") == true)
        }
    }

    @Test func `a state that is ahead of the commit or of the disk is seen`() {
        let early = Self.verdict { witness in
            var status = Self.status(term: 1, last: 2, commit: 2)
            status.appliedIndex = LogIndex(3)
            witness.stood(status, stateHash: 99, of: Self.members[1])
        }
        #expect(early?.contains("has what is not committed") == true)
        let unsafe = Self.verdict { witness in
            let status = Self.status(term: 1, last: 3, commit: 2)
            witness.stood(status, stateHash: 99, of: Self.members[1])
        }
        #expect(unsafe?.contains("shorter than it thinks") == true)
    }

    @Test func `two states after the same entry are seen`() {
        let verdict = Self.verdict { witness in
            Self.commitThird(&witness)
            witness.stood(
                Self.status(term: 1, last: 3, commit: 3), stateHash: 101, of: Self.members[1])
        }
        #expect(verdict?.contains("another state after entry 3") == true)
        let early = Self.verdict { witness in
            let status = Self.status(term: 1, last: 2, commit: 2)
            witness.stood(status, stateHash: 98, of: Self.members[1])
        }
        #expect(early?.contains("another state after entry 2") == true)
    }

    // MARK: Members

    @Test func `whoever speaks for a lost disk is seen`() {
        let verdict = Self.verdict { witness in
            witness.lost(Self.members[1])
            witness.sent(Self.say(.voteReply(isGranted: false), from: 1, to: 0, term: 1))
        }
        #expect(verdict?.contains("its disk is lost") == true)
    }

    @Test func `two open changes of members are seen`() {
        let verdict = Self.verdict { witness in
            witness.wrote(
                [
                    .append([
                        Self.entry(3, term: 1, [1], .configuration),
                        Self.entry(4, term: 1, [2], .configuration),
                    ])
                ], by: Self.members[0], isDurable: true)
            witness.stood(
                Self.status(term: 1, last: 4, commit: 2, role: .leader), stateHash: 99,
                of: Self.members[0])
        }
        #expect(verdict?.contains("two open changes") == true)
    }

    // MARK: Deletions

    /// What the witness says of a member whose process begins without the group or with it.
    private static func verdictOnDeletion(isDurable: Bool, holding found: RecoveredGroup?)
        -> String?
    {
        verdict { witness in
            witness.wrote([.deleteGroup], by: members[1], isDurable: isDurable)
            if let found {
                witness.recovered(found, by: members[1])
            } else {
                witness.missing(in: members[1])
            }
        }
    }

    @Test func `a group that is gone and was not deleted is seen`() {
        let forgotten = Self.verdict { $0.missing(in: Self.members[1]) }
        #expect(forgotten?.contains("has forgotten a group") == true)
        #expect(Self.verdictOnDeletion(isDurable: true, holding: nil) == nil)
    }

    @Test func `what was committed before the group was deleted counts, and no write after it`() {
        func verdict(_ writes: [LogWrite]) -> String? {
            Self.verdict { witness in
                for member in Self.members[..<2] {
                    witness.wrote(writes, by: member, isDurable: true)
                    witness.wrote([.deleteGroup], by: member, isDurable: true)
                }
                // The third one is slow, and hears of the commit when the others have forgotten it.
                witness.wrote(
                    [.append([Self.entry(3, term: 1)])], by: Self.members[2], isDurable: true)
                witness.stood(
                    Self.status(term: 1, last: 3, commit: 3), stateHash: 100, of: Self.members[2])
            }
        }
        #expect(verdict([.append([Self.entry(3, term: 1)])]) == nil)
        #expect(verdict([])?.contains("not durable on a majority") == true)
        let late = verdict([.deleteGroup, .append([Self.entry(3, term: 1)])])
        #expect(late?.contains("writes to a group that it deleted") == true)
    }

    @Test func `a group that is there again after its deletion is seen`() {
        let entries = [Self.entry(1, term: 1), Self.entry(2, term: 1, [7])]
        let group = Self.recovered(entries)
        let verdict = Self.verdictOnDeletion(isDurable: true, holding: group)
        #expect(verdict?.contains("has a group again") == true)
        for found in [group, nil] {
            #expect(Self.verdictOnDeletion(isDurable: false, holding: found) == nil)
        }
    }
}
