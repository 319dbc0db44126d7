import KhepriTree
import RaftCore
import RaftRuntime
import Testing

@testable import Khepri

@Suite("What members say of their states") struct StateAuditTests {
    private static let members = (1...5).map {
        MemberID(node: UInt64($0), incarnation: GroupID(high: 9, low: UInt64($0)))
    }

    /// The audit of the first of some voters and learners.
    private static func audit(voters: Int = 3, learners: Int = 0) -> StateAudit {
        var audit = StateAudit(members[0])
        audit.note(
            Configuration(
                voters: Array(members.prefix(voters)),
                learners: Array(members.dropFirst(voters).prefix(learners))))
        return audit
    }

    private static func report(
        _ number: Int, _ hash: UInt128, at revision: UInt64 = 7
    ) -> StateReport {
        StateReport(
            node: members[number].node, incarnation: SessionID(members[number].incarnation),
            revision: Revision(revision), hash: hash)
    }

    @Test func `each member reports what it has, and says nothing of members that agree`() {
        var audit = Self.audit()
        #expect(audit.note(5, at: Revision(7)) == Self.report(0, 5))
        #expect((0..<3).allSatisfy { audit.take(Self.report($0, 5)) == nil })
    }

    @Test func `a member alone has nobody to tell`() {
        var audit = Self.audit(voters: 1)
        #expect(audit.note(5, at: Revision(7)) == nil)
        #expect(audit.take(Self.report(0, 6)) == nil)
    }

    @Test func `one that differs is named once a majority agrees`() {
        var audit = Self.audit()
        _ = audit.note(5, at: Revision(7))
        #expect(audit.take(Self.report(2, 6)) == nil, "one is no majority")
        #expect(audit.take(Self.report(1, 5)) == .others([Self.members[2]]))
        #expect(audit.take(Self.report(2, 6)) == nil, "it is named once")
    }

    @Test func `one that is in the minority itself stops when the majority is heard`() {
        var audit = Self.audit()
        _ = audit.note(5, at: Revision(7))
        #expect(audit.take(Self.report(1, 6)) == nil)
        guard case .ownState(let reason) = audit.take(Self.report(2, 6)) else {
            return #expect(Bool(false), "expected that the member finds its own state wrong")
        }
        #expect(reason.contains("revision 7"))
    }

    @Test func `a learner decides nothing, and may be the one that is wrong`() {
        var audit = Self.audit(voters: 3, learners: 1)
        _ = audit.note(5, at: Revision(7))
        #expect(audit.take(Self.report(3, 6)) == nil)
        #expect(audit.take(Self.report(1, 5)) == .others([Self.members[3]]))
        var learner = StateAudit(Self.members[3])
        learner.note(
            Configuration(
                voters: Array(Self.members.prefix(1)), learners: [Self.members[3]]))
        _ = learner.note(5, at: Revision(7))
        #expect(learner.take(Self.report(0, 5)) == nil)
        _ = learner.note(6, at: Revision(8))
        #expect(learner.take(Self.report(0, 5, at: 8)) != nil)
    }

    @Test func `where no majority agrees, those that differ are named and nobody stops`() {
        var audit = Self.audit(voters: 2)
        _ = audit.note(5, at: Revision(7))
        #expect(audit.take(Self.report(0, 5)) == nil)
        #expect(audit.take(Self.report(1, 6)) == .others([Self.members[1]]))
    }

    @Test func `reports of revisions that are forgotten or unknown say nothing`() {
        var audit = Self.audit()
        for revision in 1...UInt64(StateAudit.pointsMaximum) + 1 {
            _ = audit.note(5, at: Revision(revision))
        }
        for revision: UInt64 in [1, 100] {
            #expect(audit.take(Self.report(1, 6, at: revision)) == nil)
            #expect(audit.take(Self.report(2, 6, at: revision)) == nil)
        }
        audit.reset()
        #expect(audit.take(Self.report(1, 6, at: 5)) == nil)
        #expect(audit.take(Self.report(2, 6, at: 5)) == nil)
    }

    @Test func `states are compared at each multiple of the interval and each minute of the log`() {
        func compares(_ index: UInt64, _ time: UInt64, earlier: UInt64) -> Bool {
            let entry = LogEntry(
                index: LogIndex(index), term: Term(1), kind: .command, time: time, payload: [])
            return StateAudit.compares(after: entry, earlier: earlier)
        }
        #expect(compares(8_192, 1, earlier: 1))
        #expect(!compares(8_193, 59_999, earlier: 1))
        #expect(compares(8_193, 60_000, earlier: 59_999))
        #expect(!compares(8_193, 60_000, earlier: 0), "the first command has nothing before it")
    }
}
