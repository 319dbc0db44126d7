import Foundation
import SimulationKit

/// Runs simulated clusters, one for each seed, and makes each failure small.
@main
enum Simulate {
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        if !Set(words).isDisjoint(with: ["--help", "-h"]) { return print(SimulateArguments.usage) }
        do {
            let arguments = try SimulateArguments(words)
            RunningSeeds.shared.watch()
            exit(await run(arguments) ? 0 : 1)
        } catch {
            complain(error.message + "\n" + SimulateArguments.usage)
            exit(2)
        }
    }

    /// Whether everything held.
    private static func run(_ arguments: SimulateArguments) async -> Bool {
        let start = ContinuousClock.now
        var total = Tally()
        await withTaskGroup(of: Tally.self) { group in
            for job in 0..<arguments.jobCount {
                group.addTask { work(arguments, job: job) }
            }
            for await tally in group { total.add(tally) }
        }
        let seconds = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1_000
        let rate = Int(Double(total.eventCount) / max(seconds, 0.001))
        print(
            "\(total.runCount) runs, \(total.callCount) calls, \(total.eventCount) events"
                + " in \(seconds) s (\(rate)/s), \(total.failureCount) failures")
        return total.failureCount == 0
    }

    /// Runs every seed that is a job's.
    private static func work(_ arguments: SimulateArguments, job: Int) -> Tally {
        var tally = Tally()
        for seed in arguments.seeds where seed % UInt64(arguments.jobCount) == UInt64(job) {
            RunningSeeds.shared.note(seed, job: job)
            if let hours = arguments.regionsHours {
                tally.add(runRegions(seed: seed, hours: hours))
                continue
            }
            let plan = arguments.plan(seed: seed)
            let report = ClusterRun(plan, keepsTrace: arguments.keepsTrace).run()
            if arguments.keepsTrace { print(report.trace, terminator: "") }
            tally.add(report)
            if let failure = report.failure { explain(failure, of: plan, arguments) }
            if seed % 100 == 0 { complain("seed \(seed): \(tally.failureCount) failures so far") }
        }
        return tally
    }

    private static func runRegions(seed: UInt64, hours: Int) -> Tally {
        let report = RegionsRun(seed: seed, calmDuration: .seconds(hours * 3_600)).run()
        print(
            "seed \(seed): a write took \(report.medianLatency), at most \(report.slowestLatency);"
                + " the preferred region led again after \(report.returnDuration)")
        if let failure = report.failure {
            print(
                "  \(failure)\n  replay: khepri-simulate --regions \(hours) --seeds \(seed)..\(seed)"
            )
        }
        return Tally(
            runCount: 1, eventCount: report.eventCount, callCount: report.writeCount,
            failureCount: report.failure == nil ? 0 : 1)
    }

    private static func explain(
        _ failure: String, of plan: ClusterPlan, _ arguments: SimulateArguments
    ) {
        print("seed \(plan.seed): \(failure)\n  replay: khepri-simulate \(plan.arguments)")
        guard arguments.shrinkingRunsMaximum > 0 else { return }
        let smallest = plan.shrunk(runsMaximum: arguments.shrinkingRunsMaximum)
        print(
            """
              smallest: khepri-simulate \(smallest.plan.arguments) --trace
                \(smallest.failure ?? "")
            """)
    }

    private static func complain(_ message: String) {
        FileHandle.standardError.write(Data((message + "\n").utf8))
    }
}

/// What came of some runs.
private struct Tally: Sendable {
    var runCount = 0
    var eventCount = 0
    var callCount = 0
    var failureCount = 0

    mutating func add(_ report: ClusterReport) {
        add(
            Tally(
                runCount: 1, eventCount: report.eventCount, callCount: report.callCount,
                failureCount: report.failure == nil ? 0 : 1))
    }

    mutating func add(_ other: Tally) {
        runCount += other.runCount
        eventCount += other.eventCount
        callCount += other.callCount
        failureCount += other.failureCount
    }
}
