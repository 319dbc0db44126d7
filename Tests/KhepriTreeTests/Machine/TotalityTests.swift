import Foundation
import TestSupport
import Testing

@testable import KhepriTree

/// Random commands, a tenth of them damaged or absurd.
///
/// Whatever a log holds, a member applies it and goes on. After each command everything is checked.
@Suite("Totality") struct TotalityTests {
    @Test func `no command stops a member, and what it says it did is what it did`() throws {
        var subject = TotalitySubject(random: TestRandom(for: "totality"))
        let count = 100_000 * TestRuns.scale
        for _ in 0..<count {
            guard let fault = try subject.step() else { continue }
            Issue.record("\(fault)")
            return
        }
        let counts = subject.counts
        print("totality: \(counts)")
        let share = { (part: Int) in Double(part) / Double(count) }
        #expect(share(counts.writes) > 0.15)
        #expect(share(counts.refused) > 0.1)
        #expect(share(counts.undecodable) > 0.02)
        #expect(share(counts.absurd) > 0.03)
        #expect(share(counts.rolledBack) > 0.05)
        #expect(share(counts.expired) > 0.004)
        #expect(share(counts.aborted) > 0.003)
    }

    @Test func `what is wrong is found`() {
        let node = NodeFactsRecord(payload: [1])
        var other = node
        other.payloadVersion = 2
        let path: TreePath = "/a"
        let noChange = ChangeSet()
        #expect(TotalityChecks.fault(in: noChange, from: [(path, node)], to: [(path, node)]) == nil)
        for (old, new) in [
            ([(path, node)], []), ([], [(path, node)]), ([(path, node)], [(path, other)]),
        ]
            as [([(TreePath, NodeFactsRecord)], [(TreePath, NodeFactsRecord)])]
        {
            #expect(TotalityChecks.fault(in: noChange, from: old, to: new) != nil)
        }
    }
}
