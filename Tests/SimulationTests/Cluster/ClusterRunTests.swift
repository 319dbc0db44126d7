import SimulationKit
import TestSupport
import Testing

@Suite("Simulated cluster")
struct ClusterRunTests {
    @Test func `whatever goes wrong, clients see one register each and members agree`() {
        for seed in TestRuns.seeds(usually: 10) {
            let plan = ClusterPlan(seed: seed, eventsMaximum: 3_000)
            let failure = ClusterRun(plan).run().failure
            #expect(failure == nil, "khepri-simulate \(plan.arguments)")
        }
    }

    @Test func `the same plan makes the same trace`() {
        let plan = ClusterPlan(seed: 5, eventsMaximum: 3_000)
        let traces = (0..<2).map { _ in ClusterRun(plan, keepsTrace: true).run().trace }
        #expect(traces[0] == traces[1])
        #expect(!traces[0].isEmpty)
    }

    @Test(arguments: ClusterPlan.Plant.allCases)
    func `a bug on purpose is found and made small`(plant: ClusterPlan.Plant) throws {
        let plans = (0..<200).lazy.map { seed in
            ClusterPlan(seed: UInt64(seed), eventsMaximum: 2_000, plant: plant)
        }
        let failing = plans.first { ClusterRun($0).run().failure != nil }
        let plan = try #require(failing, "\(plant) is not found")
        let smallest = plan.shrunk(runsMaximum: 10)
        #expect(smallest.failure != nil)
        #expect(smallest.plan.faults.count <= plan.faults.count)
    }
}
