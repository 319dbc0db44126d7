import Foundation
import RaftCore
import Testing

/// Whole groups under random faults; `KHEPRI_RUNS` sets how many, `KHEPRI_SEED` replays one.
@Suite("Clusters under faults")
struct ClusterTests {
    @Test func `a group keeps its promises under faults and recovers from them`() throws {
        let environment = ProcessInfo.processInfo.environment
        let runs = environment["KHEPRI_RUNS"].flatMap { UInt64($0) } ?? 60
        if let seed = environment["KHEPRI_SEED"].flatMap({ UInt64($0) }) {
            return try report(ClusterRun(seed: seed))
        }
        let start = UInt64.random(in: 0...UInt64.max / 2)
        for seed in start..<start + runs { try report(ClusterRun(seed: seed)) }
    }

    private func report(_ run: ClusterRun) throws {
        // A trap in the core leaves nothing but this line.
        print("KHEPRI_SEED=\(run.world.seed)")
        let violations = try run.violations()
        #expect(
            violations.isEmpty,
            "KHEPRI_SEED=\(run.world.seed) (\(run.world.faults)): \(violations)")
    }
}
