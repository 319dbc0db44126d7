import Khepri
import KhepriTree
import RaftRuntime

/// Synchronous local reads by one and two threads.
struct ReadBench {
    let store: TreeStore
    let seconds: Double

    /// One operation of so many is timed: the clock costs as much as a read.
    private static let timedShare = 50

    /// A value of four fields.
    struct Item: Codable, Sendable {
        var name: String
        var count: Int
        var price: Double
        var isActive: Bool
    }

    /// Writes what is read later: a thousand nodes of each kind.
    private func prepare() async throws {
        for number in 0..<1_000 where number % 100 == 0 {
            try await store.batch { batch in
                for number in number..<number + 100 {
                    try batch.put(number, at: "/bench/reads/scalars/\("node-\(number)")")
                    let item = Item(name: "item", count: number, price: 1.5, isActive: true)
                    try batch.put(item, at: "/bench/reads/items/\("node-\(number)")")
                }
            }
        }
    }

    func rows() async throws -> [BenchRow] {
        try await prepare()
        let counts = try await store.projection(over: "/bench/reads/scalars/*", as: Int.self) {
            node in node.value.map { (node.path, $0) }
        }
        var rows: [BenchRow] = []
        for threads in [1, 2] {
            let suffix = threads == 1 ? "1 thread" : "\(threads) threads"
            func row(
                _ id: String, _ name: String, _ kind: PathComponent,
                _ read: @escaping @Sendable (LocalReads, TreePath) throws -> Bool
            ) async throws {
                let samples = try await run(kind, threads, read)
                rows.append(
                    BenchRow("get-\(id)-\(threads)", "local get, \(name), \(suffix)", samples))
            }
            try await row("raw", "raw", "scalars") { try $0.get($1, as: Payload.self) != nil }
            try await row("integer", "integer", "scalars") { try $0.get($1, as: Int.self) != nil }
            try await row("struct", "struct of 4 fields", "items") {
                try $0.get($1, as: Item.self) != nil
            }
            try await row("projection", "from a projection", "scalars") { _, path in
                counts[path] != nil
            }
        }
        return rows
    }

    private func run(
        _ kind: PathComponent, _ threads: Int,
        _ read: @escaping @Sendable (LocalReads, TreePath) throws -> Bool
    ) async throws -> Samples {
        let local = store.local
        let end = ContinuousClock.now + .seconds(seconds)
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Samples.self) { group in
            for _ in 0..<threads {
                group.addTask {
                    // Each has paths of its own: to share them is to share their reference counts.
                    let paths: [TreePath] = (0..<1_000).map {
                        "/bench/reads/\(kind)/\("node-\($0)")"
                    }
                    var samples = Samples()
                    let begin = ThreadTime.now
                    repeat {
                        for first in stride(from: 0, to: paths.count, by: Self.timedShare) {
                            let before = ContinuousClock.now
                            _ = try read(local, paths[first])
                            samples.latencies.add(ContinuousClock.now - before)
                            for path in paths[first + 1..<first + Self.timedShare]
                            where try read(local, path) {
                                samples.untimed += 1
                            }
                        }
                    } while ContinuousClock.now < end
                    samples.processorNanoseconds = ThreadTime.now - begin
                    return samples
                }
            }
            var all = Samples()
            for try await samples in group { all.merge(samples) }
            all.seconds = (ContinuousClock.now - start).inSeconds
            return all
        }
    }
}
