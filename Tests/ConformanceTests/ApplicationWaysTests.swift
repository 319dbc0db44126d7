import KhepriTree
import TestSupport
import Testing

@Suite("Ways of application") struct ApplicationWaysTests {
    @Test func `in place, after an exceeded limit, and without nodes a command does the same`() {
        let seeds = TestRuns.seeds(usually: 6)
        var exceededCount = 0
        for seed in seeds {
            var generator = OperationGenerator(seed: seed)
            var random = TestRandom(seed: ~seed)
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
        #expect(exceededCount > seeds.count * 30)
    }
}
