import CBOR
import Khepri
import KhepriTree

/// How long a reader waits beside large commands, and a writer beside snapshots.
struct InterferenceBench {
    let directory: String
    let seconds: Double

    /// Nodes in the store while it is measured.
    private static let nodeCount = 200_000

    func rows() async throws -> [BenchRow] {
        let store = try await TreeStore.open(at: directory + "/interference")
        try await fill(store)
        let reads = try await readsBesideLargeCommands(store)
        try await store.close()
        return [
            reads, try await puts(besideSnapshots: false), try await puts(besideSnapshots: true),
        ]
    }

    /// Durable puts by 16 callers, while one snapshot after the other is written, or none is.
    private func puts(besideSnapshots: Bool) async throws -> BenchRow {
        var configuration = StoreConfiguration()
        configuration.snapshotLogBytesMinimum = besideSnapshots ? 1 : 1 << 40
        configuration.snapshotLogPercentage = besideSnapshots ? 1 : 10_000
        let store = try await TreeStore.open(
            at: directory + "/interference", configuration: configuration)
        let before = store.statistics.snapshotRevision
        var row = try await WriteBench(store: store, seconds: seconds).run(callers: 16)
        let after = store.statistics.snapshotRevision
        row.name += besideSnapshots ? " beside snapshots" : " without snapshots"
        row.note = after > before ? "snapshots of \(Self.nodeCount) nodes" : "no snapshot"
        try await store.close()
        return row
    }

    private func fill(_ store: TreeStore) async throws {
        var writes = OrderedWrites(store)
        let payload = try Payload(.bytes([UInt8](repeating: 1, count: 98)))
        for number in 0..<Self.nodeCount {
            let path: TreePath = "/data/\("d\(number / 1_000)")/\("n\(number % 1_000)")"
            try await writes.add(
                TreeOperation(.put(TreeOperation.Write(payload: payload)), at: TreePattern(path)))
        }
        try await writes.finish()
    }

    private func readsBesideLargeCommands(_ store: TreeStore) async throws -> BenchRow {
        let end = ContinuousClock.now + .seconds(seconds)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                var count = 0
                while ContinuousClock.now < end {
                    try await store.copy("/data/d1", to: "/copy", overwrite: true)
                    count += 1
                }
                return count
            }
            let local = store.local
            var latencies = Latencies()
            latencies.reserve(20_000_000)
            let start = ContinuousClock.now
            while true {
                let before = ContinuousClock.now
                guard before < end else { break }
                _ = try local.get("/data/d1/n1", as: Payload.self)
                latencies.add(ContinuousClock.now - before)
            }
            let elapsed = (ContinuousClock.now - start).inSeconds
            let copies = try await group.next() ?? 0
            var row = BenchRow(
                "local get beside copies of 1,000 nodes", latencies, seconds: elapsed)
            let longest = latencies.percentiles([1])[0] / 1_000
            row.note = "longest \(Int(longest)) µs beside \(copies) copies"
            return row
        }
    }
}
