import CBOR
import Khepri
import KhepriTree

/// What one thing that goes on costs another: large commands a reader, snapshots a writer.
struct InterferenceBench {
    let directory: String
    let device: BareDevice
    /// Nodes in a store while it is measured.
    let nodes: Int

    func rows() async throws -> [BenchRow] {
        // The same store twice; one is saved all the time, the other never.
        var seldom = Diagnostics.configuration
        seldom.snapshotLogBytesMinimum = .max
        var often = Diagnostics.configuration
        often.snapshotLogBytesMinimum = 1
        often.snapshotLogPercentage = 1
        let quiet = try await TreeStore.open(at: directory + "/quiet", configuration: seldom)
        let saved = try await TreeStore.open(at: directory + "/saved", configuration: often)
        for store in [quiet, saved] { try await Population.fill(store, nodes: nodes) }
        let width = min(nodes, Population.width)
        let rows = try await device.rows([
            (
                "get-beside-copies", "local get beside copies of \(width) nodes",
                { try await Self.reads(of: quiet, seconds: $0) }
            ),
            (
                "put-without-snapshot", "durable put, 16 callers, no snapshot",
                { try await WriteBench(store: quiet, callers: 16).run(seconds: $0) }
            ),
            (
                "put-with-snapshot", "durable put, 16 callers, snapshots",
                { try await Self.writesBesideSnapshots(of: saved, seconds: $0) }
            ),
        ])
        for store in [quiet, saved] { try await store.close() }
        return rows
    }

    /// Writes for as long as asked, and until a snapshot was taken meanwhile.
    private static func writesBesideSnapshots(
        of store: TreeStore, seconds: Double
    ) async throws -> Samples {
        let before = store.statistics.snapshotCount
        var samples = Samples()
        repeat {
            samples.merge(try await WriteBench(store: store, callers: 16).run(seconds: seconds))
        } while store.statistics.snapshotCount == before
        samples.events = Int(store.statistics.snapshotCount - before)
        return samples
    }

    /// Reads, one after the other, while another task copies a subtree again and again.
    private static func reads(of store: TreeStore, seconds: Double) async throws -> Samples {
        let end = ContinuousClock.now + .seconds(seconds)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                var count = 0
                repeat {
                    try await store.copy("/data/d0", to: "/copy", overwrite: true)
                    count += 1
                } while ContinuousClock.now < end
                return count
            }
            let local = store.local
            var samples = Samples()
            let start = ContinuousClock.now
            repeat {
                let before = ContinuousClock.now
                _ = try local.get("/data/d0/n0", as: Payload.self)
                samples.latencies.add(ContinuousClock.now - before)
            } while ContinuousClock.now < end
            samples.seconds = (ContinuousClock.now - start).inSeconds
            samples.events = try await group.next() ?? 0
            return samples
        }
    }
}
