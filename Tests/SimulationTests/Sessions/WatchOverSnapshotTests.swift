import Khepri
import RaftCore
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// Watches on a member that was away, and takes over a snapshot.
@Suite("Watches on a member that was away") struct WatchOverSnapshotTests {
    /// Lets the last of three members miss more than the log of the others keeps.
    ///
    /// - Returns: The stores, and the last revision of those that were there.
    private static func leaveBehind(
        _ cluster: StoreCluster
    ) async throws -> (stores: [TreeStore], last: Revision) {
        let stores = try await cluster.found()
        cluster.network.isolate(stores[2].cluster.members.first { $0.isLocal }?.id)
        var last = Revision.zero
        for number in 0..<200 {
            last = try await stores[0].put(
                "\(number)" + String(repeating: " ", count: 500), at: "/a"
            )
            .revision
            await cluster.pause(stores[0], .milliseconds(10))
        }
        return (stores, last)
    }

    @Test func `a watcher that is ahead of its member misses nothing`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed(), compactsSoon: true)
        try cluster.world.run {
            let (stores, last) = try await Self.leaveBehind(cluster)
            let changes = stores[2].changes(matching: "/a", since: .revision(last))
            cluster.network.isolate(nil)
            async let page = changes.next()
            try await cluster.wait(stores[0]) { stores[2].local.revision >= last }
            let snapshot = stores[2].groupStatus.snapshotPosition.index.rawValue
            #expect(snapshot > 0)
            #expect(snapshot < last.rawValue)
            let next = try await stores[0].put("next", at: "/a").revision
            #expect(try await page?.map(\.revision) == [next])
        }
    }

    @Test func `a watcher that knows less than the snapshot is told so`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed(), compactsSoon: true)
        try cluster.world.run {
            let (stores, last) = try await Self.leaveBehind(cluster)
            let before = stores[2].local.revision
            let changes = stores[2].changes(matching: "/a", since: .revision(before))
            cluster.network.isolate(nil)
            try await cluster.wait(stores[0]) { stores[2].local.revision >= last }
            await expectStoreError(.compacted) { try await changes.next() }
        }
    }
}
