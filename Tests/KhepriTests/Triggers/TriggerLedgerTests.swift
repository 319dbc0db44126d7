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
