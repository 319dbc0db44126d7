import Khepri
import SimulationKit
import TestSupport
import Testing

@Suite("The model of a store")
struct StoreModelTests {
    @Test func `answers as the store does, in the order of the calls`() throws {
        let seed = TestRuns.seed()
        for round in 0..<UInt64(5 * TestRuns.scale) {
            let script = StoreScript(seed: seed &+ round, callCount: 320)
            try script.run()
            try compare(script.history, seed: seed &+ round)
        }
    }

    private func compare(_ history: StoreHistory, seed: UInt64) throws {
        var model = TreeModel()
        var last: UInt64 = 0
        for entry in history.entries {
            let refusal = refusal(of: entry.call, by: &model)
            switch entry.answer {
            case nil: Issue.record("seed \(seed): \(entry.call) has no answer")
            case .failed(let error):
                #expect(error.code == refusal, "seed \(seed): \(entry.call): \(error)")
                #expect(!error.mayHaveBeenApplied)
            case .done(let revision):
                #expect(refusal == nil, "seed \(seed): \(entry.call)")
                guard let revision else { continue }
                #expect(revision > last, "seed \(seed): \(entry.call)")
                last = revision
            }
        }
    }

    @Test func `holds what the store holds, after each call`() throws {
        let seed = TestRuns.seed()
        for round in 0..<UInt64(5 * TestRuns.scale) {
            let script = StoreScript(seed: seed &+ round, callCount: 0)
            let store = try script.world.run { try await script.host.openStore() }
            var model = TreeModel()
            for number in 0..<150 {
                let call = script.nextCall(0, number)
                let refusal = refusal(of: call, by: &model)
                let error = try script.world.run {
                    try await script.history.perform(call, on: store)
                }
                let difference = try TreePicture(store.view).difference(from: model.picture)
                #expect(error?.code == refusal, "seed \(seed &+ round): \(call)")
                #expect(difference == nil, "seed \(seed &+ round): \(call)")
                guard error?.code == refusal, difference == nil else { break }
            }
            try script.world.run { try await store.close() }
        }
    }

    private func refusal(of call: StoreCall, by model: inout TreeModel) -> StoreError.Code? {
        do {
            try model.apply(call)
            return nil
        } catch {
            return (error as? TreeModel.Refusal)?.code
        }
    }
}
