import Khepri
import KhepriTree

/// Durable puts of 100-byte values by many callers at once.
struct WriteBench {
    let store: TreeStore
    let callers: Int

    func run(seconds: Double) async throws -> Samples {
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        return try await withThrowingTaskGroup(of: Latencies.self) { group in
            for caller in 0..<callers {
                group.addTask { [store] in try await Self.write(store, caller, until: end) }
            }
            var samples = Samples()
            for try await part in group { samples.latencies.merge(part) }
            samples.seconds = (ContinuousClock.now - start).inSeconds
            return samples
        }
    }

    private static func write(
        _ store: TreeStore, _ caller: Int, until end: ContinuousClock.Instant
    ) async throws -> Latencies {
        let paths: [TreePath] = (0..<64).map {
            "/bench/writes/\("caller-\(caller)")/\("node-\($0)")"
        }
        var value = [UInt8](repeating: UInt8(truncatingIfNeeded: caller), count: 100)
        var latencies = Latencies()
        var number = 0
        repeat {
            let before = ContinuousClock.now
            value[0] &+= 1
            value[1] = UInt8(truncatingIfNeeded: number &>> 8)
            try await store.put(value, at: paths[number % paths.count])
            latencies.add(ContinuousClock.now - before)
            number += 1
        } while ContinuousClock.now < end
        return latencies
    }
}
