import Khepri
import KhepriTree

/// Synchronous local reads by one and two threads.
struct ReadBench {
    let store: TreeStore
    let seconds: Double

    /// A value of four fields.
    struct Item: Codable, Sendable {
        var name: String
        var count: Int
        var price: Double
        var isActive: Bool
    }

    /// Writes what is read later: a thousand nodes of each kind.
    func prepare() async throws {
        for number in 0..<1_000 {
            try await store.batch { batch in
                try batch.put(number, at: "/bench/reads/scalars/\("node-\(number)")")
                let item = Item(name: "item", count: number, price: 1.5, isActive: true)
                try batch.put(item, at: "/bench/reads/items/\("node-\(number)")")
            }
        }
    }

    func rows() async throws -> [BenchRow] {
        var rows: [BenchRow] = []
        for threads in [1, 2] {
            rows.append(
                try await run("get, raw", "scalars", threads) { local, path in
                    try local.get(path, as: Payload.self) != nil
                })
            rows.append(
                try await run("get, integer", "scalars", threads) { local, path in
                    try local.get(path, as: Int.self) != nil
                })
            rows.append(
                try await run("get, struct of 4 fields", "items", threads) { local, path in
                    try local.get(path, as: Item.self) != nil
                })
        }
        return rows
    }

    private func run(
        _ name: String, _ kind: PathComponent, _ threads: Int,
        _ read: @escaping @Sendable (LocalReads, TreePath) throws -> Bool
    ) async throws -> BenchRow {
        let local = store.local
        let end = ContinuousClock.now + .seconds(seconds)
        let start = ContinuousClock.now
        let (count, nanoseconds) = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for _ in 0..<threads {
                group.addTask {
                    // Each has paths of its own: to share them is to share their reference counts.
                    let paths: [TreePath] = (0..<1_000).map {
                        "/bench/reads/\(kind)/\("node-\($0)")"
                    }
                    let begin = ThreadTime.now
                    var count = 0
                    while ContinuousClock.now < end {
                        for path in paths where try read(local, path) { count += 1 }
                    }
                    return (count, ThreadTime.now - begin)
                }
            }
            return try await group.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
        }
        let elapsed = (ContinuousClock.now - start).inSeconds
        let suffix = threads == 1 ? "1 thread" : "\(threads) threads"
        return BenchRow(
            "local \(name), \(suffix)", operations: count, seconds: elapsed,
            note: "\(nanoseconds / max(1, count)) ns of a processor each")
    }
}
