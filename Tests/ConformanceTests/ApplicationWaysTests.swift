import Foundation
import KhepriTree
import Testing

@Suite("Ways of application") struct ApplicationWaysTests {
    /// `KHEPRI_RUNS` sets the number of runs, `KHEPRI_SEED` the seed of the first one.
    @Test func `in place, after an exceeded limit, and without nodes a command does the same`() {
        let environment = ProcessInfo.processInfo.environment
        let runs = environment["KHEPRI_RUNS"].flatMap { UInt64($0) } ?? 6
        let first = environment["KHEPRI_SEED"].flatMap { UInt64($0) } ?? 1
        print("KHEPRI_SEED=\(first) KHEPRI_RUNS=\(runs)")
        var exceededCount = 0
        for seed in first..<first + runs {
            var generator = OperationGenerator(seed: seed)
            var random = SplitMix(seed: ~seed)
            var ways = ApplicationWays()
            for line in generator.run(count: 300) {
                guard case .operation(let operation)? = try? OperationLine(line.description) else {
                    continue
                }
                let limit = random.below(12)
                guard let difference = ways.difference(on: operation, visitLimit: limit) else {
                    continue
                }
                Issue.record("KHEPRI_SEED=\(seed), limit \(limit), \(line): \(difference)")
                return
            }
            exceededCount += ways.exceededCount
        }
        #expect(exceededCount > Int(runs) * 30)
    }
}
