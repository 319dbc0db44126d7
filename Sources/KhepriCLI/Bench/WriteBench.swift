import Khepri
import KhepriTree

/// Durable puts of 100-byte values by many callers at once.
struct WriteBench {
    let store: TreeStore
    let seconds: Double

    func run(callers: Int) async throws -> BenchRow {
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let latencies = try await withThrowingTaskGroup(of: Latencies.self) { group in
            for caller in 0..<callers {
                group.addTask { try await Self.write(store, caller: caller, until: end) }
            }
            var all = Latencies()
            for try await part in group { all.merge(part) }
            return all
        }
        let elapsed = (ContinuousClock.now - start).inSeconds
        return BenchRow(
            "durable put, \(callers) caller\(callers == 1 ? "" : "s")", latencies, seconds: elapsed)
    }

    private static func write(
        _ store: TreeStore, caller: Int, until end: ContinuousClock.Instant
    ) async throws -> Latencies {
        let paths: [TreePath] = (0..<64).map {
            "/bench/writes/\("caller-\(caller)")/\("node-\($0)")"
        }
        var value = [UInt8](repeating: UInt8(truncatingIfNeeded: caller), count: 100)
        var latencies = Latencies()
        var number = 0
        while true {
            let before = ContinuousClock.now
            guard before < end else { return latencies }
            value[0] &+= 1
            value[1] = UInt8(truncatingIfNeeded: number &>> 8)
            try await store.put(value, at: paths[number % paths.count])
            latencies.add(ContinuousClock.now - before)
            number += 1
        }
    }
}
