import Khepri
import KhepriTree
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// Leases over members that are cut off, and leaders that change.
@Suite("Leases in clusters") struct ClusterLeaseTests {
    @Test func `members keep the leases they took, whoever leads`() throws {
        let cluster = StoreCluster(seed: 1)
        try cluster.world.run {
            let stores = try await cluster.found()
            var leases: [Lease] = []
            for (store, name) in zip(stores, StoreCluster.names) {
                let lease = try await store.lease(timeToLive: .seconds(5))
                let path = TreePath(components: ["w", try PathComponent(name)])
                try await store.put(1, at: path, keepWhile: [.lease(lease)])
                leases.append(lease)
            }
            for round in 1...12 {
                let leader = try #require(stores.first { $0.cluster.status.isLeader })
                try await leader.cluster.transferLeadership(to: StoreCluster.names[round % 3])
                await cluster.pause(leader, .seconds(2))
                for lease in leases { #expect(lease.isAlive) }
                for store in stores { #expect(store.view.count(matching: "/w/*") == 3) }
            }
        }
    }

    /// The end is decided by a monotonic clock; what an entry says of the date is none of its business.
    @Test func `a date that jumps ends no lease`() throws {
        let cluster = StoreCluster(seed: 2)
        try cluster.world.run {
            let stores = try await cluster.found()
            let lease = try await stores[1].lease(timeToLive: .seconds(5))
            try await stores[1].put(1, at: "/a", keepWhile: [.lease(lease)])
            cluster.shiftDate(of: 0, milliseconds: 86_400_000)
            try await stores[0].put(1, at: "/b")
            await cluster.pause(stores[0], .seconds(10))
            try await stores[0].put(2, at: "/b")
            #expect(lease.isAlive)
            #expect(stores[0].local.exists("/a"))
        }
    }

    @Test(arguments: 0..<3, 0..<4 as Range<UInt64>)
    func `a holder that is cut off stops before its nodes go`(
        holder: Int, offset: UInt64
    ) throws {
        let cluster = StoreCluster(seed: TestRuns.seed() &+ offset)
        try cluster.world.run {
            let stores = try await cluster.found()
            let store = stores[holder]
            let lease = try await store.lease(timeToLive: .seconds(5))
            try await store.put(1, at: "/a", keepWhile: [.lease(lease)])
            let other = stores[(holder + 1) % 3]
            try await cluster.wait(other) { other.local.exists("/a") }
            async let end: Void = lease.ended()
            cluster.network.isolate(store.cluster.members.first { $0.isLocal }?.id)
            var steps = 0
            while other.local.exists("/a") {
                await cluster.pause(other, .milliseconds(5))
                steps += 1
                try #require(steps < 2_000)
            }
            #expect(!lease.isAlive)
            await end
            #expect(store.local.exists("/a"), "who is cut off does not hear of it")
            cluster.network.isolate(nil)
            try await cluster.wait(store) { !store.local.exists("/a") }
        }
    }

    /// What leases wait for is no work of a host that takes on nothing any more: it sleeps until its end.
    @Test(arguments: 0..<2) func `a host that is cut off closes while its leases are due`(
        number: Int
    ) throws {
        let cluster = StoreCluster(seed: 4)
        try cluster.world.run {
            let hosts = try await cluster.foundHosts()
            let store = try await hosts[number].store()
            let other = try await hosts[2].store()
            let lease = try await store.lease(timeToLive: .seconds(1))
            try await store.put(1, at: "/a", keepWhile: [.lease(lease)])
            cluster.network.isolate(store.cluster.members.first { $0.isLocal }?.id)
            async let write: Void = {
                _ = try? await store.put(2, at: "/b", timeout: .seconds(60))
            }()
            await cluster.pause(store, .milliseconds(10))
            try await hosts[number].close()
            await write
            #expect(!lease.isAlive)
            try await cluster.wait(other) { !other.local.exists("/a") }
        }
    }

    /// Leases that are held, lost and taken anew while members are cut off and leaders change: no node is gone
    /// anywhere while its holder believes in the lease.
    @Test(arguments: 0..<6 as Range<UInt64>)
    func `no node is gone while its holder believes in it`(offset: UInt64) throws {
        let seed = TestRuns.seed() &+ offset
        let cluster = StoreCluster(seed: seed)
        let (lost, kept) = try cluster.world.run {
            let stores = try await cluster.found()
            let isOver = Lock(false)
            let counts = Lock((lost: 0, kept: 0))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, store) in stores.enumerated() {
                    group.addTask {
                        while !isOver.withLock({ $0 }) {
                            await Self.hold(store, number, stores, cluster, isOver, counts)
                        }
                    }
                }
                var random = SeededRandom(seed: seed)
                for _ in 1...8 * TestRuns.scale {
                    try await cluster.disturb(stores, &random)
                }
                isOver.withLock { $0 = true }
                try await group.waitForAll()
            }
            for store in stores { store.checkInvariants() }
            return counts.withLock { $0 }
        }
        print("leases: \(lost) lost, \(kept) seen alive")
        #expect(kept > 100)
    }

    /// Takes a lease and looks at its node on all members until it ends.
    private static func hold(
        _ store: TreeStore, _ number: Int, _ stores: [TreeStore], _ cluster: StoreCluster,
        _ isOver: Lock<Bool>, _ counts: Lock<(lost: Int, kept: Int)>
    ) async {
        let path: TreePath = TreePath(components: [["x", "y", "z"][number]])
        guard let lease = try? await store.lease(timeToLive: .seconds(3)),
            let revision = try? await store.put(
                1, at: path, if: .absent, keepWhile: [.lease(lease)]
            ).revision
        else { return await cluster.pause(store, .milliseconds(50)) }
        while !isOver.withLock({ $0 }), lease.isAlive {
            for other in stores where other.local.revision >= revision {
                let isThere = (try? other.local.node(at: path, as: Int.self)) != nil
                let isAlive = lease.isAlive
                #expect(isThere || !isAlive, "the node is gone on \(other.cluster.status)")
                if isThere, isAlive { counts.withLock { $0.kept += 1 } }
            }
            await cluster.pause(store, .milliseconds(5))
        }
        if !lease.isAlive { counts.withLock { $0.lost += 1 } }
        try? await lease.revoke(timeout: .seconds(1))
    }
}
