import KhepriTree
import RaftCore
import Testing

@testable import Khepri

/// What leaders write of triggers, and what they are refused.
@Suite("The turns of leaders") struct TriggerLedgerTests {
    private static func handled(_ revision: UInt64) -> TriggerAcknowledgement {
        TriggerAcknowledgement(parts: [
            TriggerAcknowledgement.Part(
                name: "t", handled: Revision(revision), parking: nil, settled: [])
        ])
    }

    @Test func `a leader of an earlier term cannot say what is handled`() async throws {
        let store = try await TreeStore.inMemory()
        let ledger = TriggerLedger(engine: store.engine)
        try await store.register(Trigger("t", matching: "/a") { _ in })
        _ = try await ledger.claim(["t"], in: Term(5))
        #expect(try await ledger.acknowledge(Self.handled(50), in: Term(5)) == [])
        _ = try await ledger.claim(["t"], in: Term(7))
        await #expect(throws: TriggerLedger.TurnOver.self) {
            try await ledger.acknowledge(Self.handled(60), in: Term(5))
        }
        await #expect(throws: TriggerLedger.TurnOver.self) {
            try await ledger.claim(["t"], in: Term(6))
        }
        #expect(try store.triggers()[0].handledRevision == Revision(50))
        #expect(try await ledger.claim(["t"], in: Term(7)).handled == ["t": Revision(50)])
        try await store.close()
    }

    @Test func `it is counted how many turns in a row begin with the same event`() async throws {
        let store = try await TreeStore.inMemory()
        let ledger = TriggerLedger(engine: store.engine)
        try await store.register(Trigger("t", matching: "/a") { _ in })
        let (first, second) = (
            TriggerEvent.ID(revision: Revision(50), ordinal: 1),
            TriggerEvent.ID(revision: Revision(51), ordinal: 0)
        )
        var counts: [Int] = []
        for (term, event) in [(1, first), (1, first), (2, first), (4, first), (5, second)] {
            _ = try await ledger.claim(["t"], in: Term(UInt64(term)))
            counts.append(try await ledger.open(with: "t", event, in: Term(UInt64(term))))
        }
        #expect(counts == [1, 1, 2, 3, 1])
        _ = try await ledger.claim(["t"], in: Term(6))
        #expect(try await ledger.open(with: "t", second, in: Term(6)) == 2)
        #expect(try await ledger.acknowledge(Self.handled(50), in: Term(6)) == [])
        _ = try await ledger.claim(["t"], in: Term(7))
        #expect(try await ledger.open(with: "t", second, in: Term(7)) == 3, "it is not handled")
        #expect(try await ledger.acknowledge(Self.handled(51), in: Term(7)) == [])
        #expect(try await ledger.open(with: "t", second, in: Term(7)) == 1, "it was handled")
        await #expect(throws: TriggerLedger.TurnOver.self) {
            try await ledger.open(with: "t", second, in: Term(6))
        }
        try await store.close()
    }

    @Test func `a turn that its leader outlives is not counted`() async throws {
        let store = try await TreeStore.inMemory()
        let ledger = TriggerLedger(engine: store.engine)
        try await store.register(Trigger("t", matching: "/a") { _ in })
        let event = TriggerEvent.ID(revision: Revision(50), ordinal: 0)
        var counts: [Int] = []
        for term in 1...8 as ClosedRange<UInt64> {
            _ = try await ledger.claim(["t"], in: Term(term))
            counts.append(try await ledger.open(with: "t", event, in: Term(term)))
            if [1, 3, 4].contains(term) { try await ledger.outlive(Term(term)) }
            // As late as it likes, and as often.
            if term == 6 { for _ in 0..<2 { try await ledger.outlive(Term(5)) } }
        }
        #expect(counts == [1, 1, 2, 2, 2, 3, 3, 4], "2, 6 and 7 ended")
        try await store.close()
    }

    @Test func `an acknowledgement never goes back, and tells which triggers are gone`()
        async throws
    {
        let store = try await TreeStore.inMemory()
        let ledger = TriggerLedger(engine: store.engine)
        try await store.register(Trigger("t", matching: "/a") { _ in })
        _ = try await ledger.claim(["t"], in: Term(1))
        #expect(try await ledger.acknowledge(Self.handled(50), in: Term(1)) == [])
        #expect(try await ledger.acknowledge(Self.handled(40), in: Term(1)) == [])
        #expect(try store.triggers()[0].handledRevision == Revision(50))
        try await store.unregisterTrigger("t")
        #expect(try await ledger.acknowledge(Self.handled(60), in: Term(1)) == ["t"])
        #expect(try store.triggers().isEmpty)
        try await store.close()
    }
}
