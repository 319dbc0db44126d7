import Khepri
import KhepriTree

/// The end of a node that keeps many others: one command that removes all of them.
struct ExpiryBench {
    let store: TreeStore
    /// How many nodes the one node keeps.
    let nodes: Int

    private static let rounds = 3
    private static let owner: TreePath = "/bench/owner"

    /// A row whose latency is that of the deletion, from the call to its durable answer.
    func row() async throws -> BenchRow {
        var samples = Samples()
        for _ in 0..<Self.rounds {
            try await prepare()
            let before = ContinuousClock.now
            let receipt = try await store.delete(Self.owner)
            let duration = ContinuousClock.now - before
            guard receipt.expired.count >= nodes else {
                throw ProgramExit(
                    .fault, "expected \(nodes) nodes to expire, found \(receipt.expired.count)")
            }
            samples.latencies.add(duration)
            samples.seconds += duration.inSeconds
        }
        let name = "delete of a node that keeps \(Figure.count(Double(nodes))) others"
        return BenchRow("expire", name, samples)
    }

    private func prepare() async throws {
        try await store.put(1, at: Self.owner)
        var number = 0
        while number < nodes {
            let end = min(nodes, number + 1_000)
            try await store.batch { batch in
                for number in number..<end {
                    try batch.put(
                        number, at: "/bench/kept/\("d\(number / 1_000)")/\("n\(number % 1_000)")",
                        keepWhile: [.path(Self.owner, .exists(true))])
                }
            }
            number = end
        }
    }
}
