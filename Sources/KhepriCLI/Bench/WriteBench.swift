import Khepri
import KhepriTree

/// Durable puts of 100-byte values by many callers at once.
struct WriteBench {
    let store: TreeStore
    let callers: Int

    /// What is measured, with the names of its row.
    var measured: (id: String, name: String, run: (Double) async throws -> Samples) {
        ("put-\(callers)", "durable put, \(Counted(callers, "caller"))", run(seconds:))
    }

    func run(seconds: Double) async throws -> Samples {
        try await Callers.run(callers, seconds: seconds) { [store] caller in
            let paths: [TreePath] = (0..<64).map {
                "/bench/writes/\("caller-\(caller)")/\("node-\($0)")"
            }
            let value = [UInt8](repeating: UInt8(truncatingIfNeeded: caller), count: 100)
            return { number in
                var value = value
                value[0] = UInt8(truncatingIfNeeded: number)
                value[1] = UInt8(truncatingIfNeeded: number &>> 8)
                try await store.put(value, at: paths[number % paths.count])
            }
        }
    }
}
