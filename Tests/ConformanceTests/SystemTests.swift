import Foundation
import TestSupport
import Testing

@Suite("Conformance") struct ConformanceTests {
    /// Where a decision asks for another result than a recorded one: nowhere.
    private static let excuses: [Replay.Excuse] = []

    @Test func `the tree agrees with every compared line of the recorded traces`() throws {
        var comparedCount = 0
        for trace in try Trace.recorded() {
            var replay = Replay(trace, excuses: Self.excuses)
            let subject = SystemUnderTest.make()
            if let fault = replay.run({ result(of: subject($0.text)) }) { Issue.record("\(fault)") }
            comparedCount += replay.comparedCount
        }
        #expect(comparedCount == 16_155)
    }

    @Test func `the tree agrees with the project's decisions`() throws {
        let subject = SystemUnderTest.make()
        var replay = Replay(try Trace.decisions())
        if let fault = replay.run({ result(of: subject($0.text)) }) { Issue.record("\(fault)") }
        #expect(replay.comparedCount > 50)
    }

    @Test func `the tree agrees with the model on random operations`() {
        let differential = Differential(makeSubject: {
            SystemUnderTest.make(checksInvariants: true)
        })
        for seed in TestRuns.seeds(usually: 40) {
            var generator = OperationGenerator(seed: seed)
            let report = differential.report(generator.run(count: 300), seed: seed)
            guard let report else { continue }
            Issue.record("\(report)")
            return
        }
    }

    private func result(of line: String) -> JSON {
        (try? JSONParser.parse(line)) ?? .string(Text("not JSON: " + line))
    }
}
