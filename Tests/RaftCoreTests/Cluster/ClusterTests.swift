import Foundation
import RaftCore
import TestSupport
import Testing

/// Whole groups under random faults.
@Suite("Clusters under faults")
struct ClusterTests {
    @Test func `a group keeps its promises under faults and recovers from them`() throws {
        for seed in TestRuns.seeds(usually: 40) { try report(ClusterRun(seed: seed)) }
    }

    @Test func `the same seed gives the same run, line by line`() throws {
        var random = TestRandom()
        for _ in 0..<3 {
            let seed = random.next()
            let traces = try (0..<2).map { _ in
                var lines: [String] = []
                let run = try ClusterRun(seed: seed)
                run.world.trace = { lines.append($0) }
                let violations = try run.violations()
                #expect(violations.isEmpty, "KHEPRI_SEED=\(seed) (\(run.world.faults))")
                return lines
            }
            #expect(traces[0].count > 100)
            #expect(traces[0] == traces[1], "KHEPRI_SEED=\(seed)")
        }
    }

    private func report(_ run: ClusterRun) throws {
        // A trap in the core leaves nothing but this line.
        print("KHEPRI_SEED=\(run.world.seed)")
        if ProcessInfo.processInfo.environment["KHEPRI_TRACE"] != nil {
            run.world.trace = { print($0) }
        }
        let violations = try run.violations()
        #expect(
            violations.isEmpty,
            "KHEPRI_SEED=\(run.world.seed) (\(run.world.faults)): \(violations)")
    }
}
