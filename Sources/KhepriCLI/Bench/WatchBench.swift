import Khepri
import KhepriTree

/// From a put to its arrival at a watcher, beside watchers of other nodes; and what these take.
struct WatchBench {
    let store: TreeStore
    let device: BareDevice

    /// How many watchers wait for what never comes.
    private static let idleCounts = [0, 1_000, 10_000]

    func rows() async throws -> [BenchRow] {
        var rows: [BenchRow] = []
        for count in Self.idleCounts {
            let name = "put until a watcher has it, \(Figure.count(Double(count))) idle"
            let (row, addedBytes) = try await withIdleWatchers(count) {
                try await device.rows([("watch-\(count)", name, deliveries(seconds:))])[0]
            }
            var measured = row
            measured.addedBytes = addedBytes
            rows.append(measured)
        }
        return rows
    }

    /// Runs `body` while so many watchers wait.
    ///
    /// - Returns: What it gave, and the memory of the watchers.
    private func withIdleWatchers<Value: Sendable>(
        _ count: Int, _ body: () async throws -> Value
    ) async throws -> (value: Value, addedBytes: Int) {
        FreedMemory.giveBack()
        let before = ProcessMemory.residentBytes
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                let changes = store.changes(matching: "/bench/idle/\("\(number)")")
                group.addTask { for try await _ in changes { return } }
            }
            // The tasks have run up to where they wait by the time that these answers are there.
            for _ in 0..<100 { try await store.put(count, at: "/bench/started") }
            FreedMemory.giveBack()
            let addedBytes = max(0, ProcessMemory.residentBytes - before)
            let value = try await body()
            group.cancelAll()
            return (value, addedBytes)
        }
    }

    /// Writes one value after the other; the next when the watcher has the last.
    private func deliveries(seconds: Double) async throws -> Samples {
        // An equal put is no change, and nobody would be told.
        try await store.delete("/bench/watched")
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        var changes = store.changes(matching: "/bench/watched").makeAsyncIterator()
        var samples = Samples()
        repeat {
            let before = ContinuousClock.now
            try await store.put(samples.operations, at: "/bench/watched")
            _ = try await changes.next()
            samples.latencies.add(ContinuousClock.now - before)
        } while ContinuousClock.now < end
        samples.seconds = (ContinuousClock.now - start).inSeconds
        return samples
    }
}
