import Testing

@testable import KhepriTree

@Suite("Sessions") struct SessionTests {
    private var machine = TreeMachine(history: SessionID(high: 0, low: 0))
    private var revision: UInt64 = 0

    private mutating func run(
        _ sequence: UInt64, _ kind: TreeOperation.Kind = .put(.of(1)), lowest: UInt64 = 1,
        session: UInt64 = 7, time: UInt64 = 0
    ) -> String {
        revision += 1
        let command = TreeCommand(
            TreeOperation(kind, at: "/a"),
            session: .init(
                id: SessionID(high: 0, low: session), sequence: sequence, lowestUnanswered: lowest))
        let context = ApplyContext(revision: Revision(revision), time: time)
        guard case .applied(let applied) = machine.apply(command, in: context) else { return "" }
        machine.checkInvariants()
        return applied.result.summary
    }

    @Test mutating func `a repeated command is not applied again`() {
        #expect(run(1, .put(.of(1))) == "/a@1")
        #expect(run(2, .put(.of(2))) == "/a@2=1")
        #expect(run(1, .put(.of(1))) == "resultUnavailable")
        #expect(run(3, .create(.of(1))) == "mismatchingNode /a*")
        #expect(run(4, .delete) == "/a@2=2-explicit")
        #expect(run(3, .create(.of(1))) == "mismatchingNode")
        #expect(run(2, .put(.of(1)), lowest: 2) == "resultUnavailable")
        #expect(machine.tree.nodeCount == 1)
        #expect(machine.revision == Revision(revision))
    }

    @Test func `what a repeated command gets names the revision of the first time`() {
        var machine = TreeMachine(history: SessionID(high: 0, low: 0))
        let id = SessionID(high: 0, low: 7)
        func apply(_ sequence: UInt64, _ kind: TreeOperation.Kind, at revision: UInt64) -> Applied?
        {
            let command = TreeCommand(
                TreeOperation(kind, at: "/a"),
                session: .init(id: id, sequence: sequence, lowestUnanswered: 1))
            let context = ApplyContext(revision: Revision(revision), time: 0)
            guard case .applied(let applied) = machine.apply(command, in: context) else {
                return nil
            }
            return applied
        }
        #expect(apply(1, .create(.of(1)), at: 10)?.earlierRevision == nil)
        #expect(apply(2, .create(.of(2)), at: 20)?.earlierRevision == nil)
        #expect(apply(1, .create(.of(1)), at: 30)?.earlierRevision == Revision(10))
        let refused = apply(2, .create(.of(2)), at: 40)
        #expect(refused?.earlierRevision == Revision(20))
        #expect(refused?.result.summary == "mismatchingNode")
        #expect(refused?.changes.changes.isEmpty == true)
    }

    @Test mutating func `sequences may come in any order above the lowest unanswered`() {
        for sequence in [1, 5, 3, 4, 2] as [UInt64] {
            #expect(run(sequence, .put(.of(Int(sequence)))).hasPrefix("/a@"))
        }
        for sequence in 1...5 as ClosedRange<UInt64> {
            #expect(run(sequence, .delete) == "resultUnavailable")
        }
        #expect(run(6, .put(.of(6)), lowest: 4) == "/a@6=2")
        #expect(run(3, .delete, lowest: 1) == "resultUnavailable")
    }

    @Test mutating func `an unknown session begins with 1`() {
        #expect(run(2) == "sessionExpired")
        #expect(machine.sessionCount == 0)
        #expect(run(1) == "/a@1")
        #expect(run(2, session: 8) == "sessionExpired")
        #expect(machine.sessionCount == 1)
    }

    @Test mutating func `a session expires an hour after its last command`() {
        let hour: UInt64 = 3_600_000
        let minute: UInt64 = 60_000
        #expect(run(1, time: minute) == "/a@1")
        #expect(run(1, session: 8, time: hour) == "/a@1=1")
        #expect(run(2, time: hour + minute) == "/a@1=1")
        #expect(run(3, session: 9, time: 2 * hour + minute) == "sessionExpired")
        #expect(machine.sessionCount == 1, "one had no command for more than an hour")
        #expect(run(1, session: 9, time: 3 * hour) == "/a@1=1")
        #expect(machine.sessionCount == 1)
        #expect(run(3, time: 3 * hour) == "sessionExpired")
    }

    @Test mutating func `time never goes back`() {
        #expect(run(1, time: 5_000_000) == "/a@1")
        #expect(run(2, time: 1) == "/a@1=1")
        #expect(machine.time == 5_000_000)
    }

    @Test mutating func `a session keeps 1,024 outcomes`() {
        let most = UInt64(SessionTable.outcomesMaximum)
        for sequence in 1...most { _ = run(sequence, .exists) }
        #expect(run(most + 1, .exists) == "tooManySessions")
        #expect(run(most + 1, .exists, lowest: 2) == "false")
        #expect(run(1, .exists) == "resultUnavailable")
        #expect(MemoryLayout<SessionTable.Outcome>.stride <= 48)
    }

    @Test func `a member that begins with a snapshot forgets sessions at the same command`() throws
    {
        var member = TreeMachine(history: SessionID(high: 0, low: 0))
        for start in 0..<40 as Range<UInt64> {
            let context = ApplyContext(revision: Revision(start + 1), time: start * 100_000)
            let session = TreeCommand.Session(
                id: SessionID(high: 0, low: start % 7), sequence: start / 7 + 1, lowestUnanswered: 1
            )
            _ = member.apply(TreeCommand(.put("/a", 1), session: session), in: context)
            var (other, twin) = (try member.reloaded(), member)
            for step in 1...20 as ClosedRange<UInt64> {
                let later = ApplyContext(
                    revision: Revision(start + 1 + step), time: start * 100_000 + step * 250_000)
                let command = TreeCommand(.put("/b", Int(step)))
                _ = other.apply(command, in: later)
                _ = twin.apply(command, in: later)
                #expect(other.stateHash == twin.stateHash)
                #expect(other.sessionCount == twin.sessionCount)
            }
            #expect(twin.sessionCount == 0, "all are older than an hour")
        }
    }

    @Test func `there are at most 100,000 sessions`() {
        let outcome = SessionTable.Outcome(sequence: 1, revision: .zero)
        let sessions = (0..<UInt64(SessionTable.sessionsMaximum)).map {
            (
                id: SessionID(high: 1, low: $0),
                session: SessionTable.Session(time: 0, outcomes: [outcome])
            )
        }
        func refusal(_ count: Int) -> String? {
            SessionTable(Array(sessions.prefix(count))).outcome(
                of: .init(id: SessionID(high: 2, low: 0), sequence: 1, lowestUnanswered: 1)
            )?.result.summary
        }
        #expect(refusal(SessionTable.sessionsMaximum - 1) == nil)
        #expect(refusal(SessionTable.sessionsMaximum) == "tooManySessions")
    }

    @Test mutating func `an aborted transaction is remembered as that`() {
        let abort = TreeOperation(.abort(reason: .integer(1)))
        #expect(run(1, .transaction(readOnly: false, [abort])) == "aborted 1")
        #expect(run(1, .put(.of(1))) == "aborted")
        #expect(machine.tree.nodeCount == 1)
    }
}
