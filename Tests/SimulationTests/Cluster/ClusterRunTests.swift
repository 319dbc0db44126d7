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

    /// What may be said of each bug on purpose.
    private static let evidence: [ClusterPlan.Plant: [String]] = [
        .keptIdentity: ["its disk is lost", "has forgotten a group"],
        .noFlush: ["was durable", "has forgotten a group", "cannot be opened"],
        .readWithoutRound: ["no order explains"],
        .readWithoutRevision: ["was asked for revision", "shows no register"],
        .repeatedWrite: ["was applied at"],
        .earlyAcknowledgement: ["was durable"],
        .forgottenChange: ["a change before was not told"],
        .repeatedChange: ["told before"],
        .repeatedCount: ["the counter of"],
        .transactionWithoutGuard: ["shows accounts with", "(G2)"],
        .transactionWithoutRound: ["in real time"],
        .mistakenVersion: ["answered, where"],
        .repeatedProcedure: ["twice"],
        .forgottenRow: ["a projection on"],
        .sparedNode: ["is gone on", "it is revoked, and there is"],
        .piecemealEnd: ["it ends at", "its nodes go at"],
        .earlyExpiry: ["believes in it"],
        .forgottenRevocation: ["it is revoked, and there is"],
        .driftingClock: ["ns old", "believes in it"],
        .hoardedLease: ["nobody has spoken for it"],
        .lockWithoutLine: ["it is held by", "have the token"],
        .heedlessHolder: ["is written after"],
        .earlyReturn: ["the trigger failing is through"],
        .swappedCalls: ["the trigger failing is called for"],
        .swappedPriorities: ["after one of a lower priority"],
        .givenUpChange: ["the trigger failing is through"],
        .swallowedFailure: ["the trigger failing is through"],
    ]

    @Test(arguments: ClusterPlan.Plant.allCases)
    func `a bug on purpose is found`(plant: ClusterPlan.Plant) throws {
        _ = try Self.firstPlan(finding: plant)
    }

    @Test(arguments: [ClusterPlan.Plant.noFlush, .repeatedChange])
    func `a run that failed is made small`(plant: ClusterPlan.Plant) throws {
        let plan = try Self.firstPlan(finding: plant)
        let smallest = plan.shrunk(runsMaximum: 10)
        #expect(smallest.failure != nil)
        #expect(smallest.plan.faults.count < plan.faults.count)
        #expect(smallest.plan.eventsMaximum < plan.eventsMaximum)
    }

    /// The plan of the first seed whose run says what is to be said of a bug.
    private static func firstPlan(finding plant: ClusterPlan.Plant) throws -> ClusterPlan {
        let words = try #require(Self.evidence[plant])
        let reports = (0..<200).lazy.map { seed in
            ClusterRun(ClusterPlan(seed: UInt64(seed), eventsMaximum: 2_000, plant: plant)).run()
        }
        let found = reports.first { report in
            words.contains { report.failure?.contains($0) == true }
        }
        return try #require(found, "\(plant) is not found").plan
    }
}
