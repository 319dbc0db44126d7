import Khepri
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// Stores that come and go while members are cut off, killed and lose their power.
@Suite("Stores that come and go") struct StoreChurnTests {
    /// What is expected of a store: every value that was acknowledged in its present life.
    private struct Expected {
        /// Which life it is; nil while there is no store.
        var life: Int?
        var lifeCount = 0
        /// Whether a creation or deletion failed, so that nobody knows whether there is a store.
        var isUncertain = false
    }

    private final class Churn: Sendable {
        let cluster: StoreCluster
        private let hosts: Lock<[StoreHost]>
        let names = ["shop", "bakery"]

        init(_ cluster: StoreCluster, _ hosts: [StoreHost]) {
            (self.cluster, self.hosts) = (cluster, Lock(hosts))
        }

        func host(_ number: Int) -> StoreHost { hosts.withLock { $0[number] } }

        var all: [StoreHost] { hosts.withLock { $0 } }

        /// Cuts the power of a member, or kills it, and starts it again after a while.
        func restart(_ number: Int, _ random: inout SeededRandom) async throws {
            let machine = cluster.machine(number)
            if random.number(below: 2) == 0 {
                machine.kill()
            } else {
                var choice = SeededRandom(seed: random.next())
                machine.cutPower { _ in choice.number(below: 2) == 0 }
            }
            let other = try await host((number + 1) % 3).store()
            await cluster.pause(other, .milliseconds(Int64(random.number(below: 2_000))))
            let started = try await cluster.open(number)
            hosts.withLock { $0[number] = started }
        }

        /// Cuts a member off for a while.
        func isolate(_ number: Int, _ random: inout SeededRandom) async throws {
            let store = try await host(number).store()
            cluster.network.isolate(store.cluster.members.first { $0.isLocal }?.id)
            await cluster.pause(store, .milliseconds(Int64(random.number(below: 3_000))))
            cluster.network.isolate(nil)
        }

        /// Makes a store if it is not there, writes to it, and now and then deletes it.
        func use(
            _ name: String, on number: Int, _ expected: inout Expected,
            _ random: inout SeededRandom
        ) async {
            let host = host(number)
            do {
                if random.number(below: 3) == 0, expected.life != nil {
                    expected.isUncertain = true
                    try await host.deleteStore(name, timeout: .seconds(2))
                    (expected.life, expected.isUncertain) = (nil, false)
                    return
                }
                let store = try await host.store(name)
                if expected.life == nil {
                    expected.lifeCount += 1
                    expected.life = expected.lifeCount
                }
                try await store.put(
                    expected.lifeCount, at: "/life", timeout: .milliseconds(1_500))
            } catch {
                // The outcome is unknown; what is there at the end must be the same on all.
                expected.isUncertain = true
            }
        }
    }

    /// All members agree on the stores, and on what is in them; no host holds a deleted one.
    private static func check(_ churn: Churn, _ expected: [String: Expected]) async throws {
        let cluster = churn.cluster
        let main = try await churn.host(0).store()
        try await cluster.wait(main) {
            churn.all.allSatisfy { $0.storeNames == churn.all[0].storeNames }
        }
        for name in churn.host(0).storeNames {
            let stores = try await ClusterStoresTests.level(name, on: churn.all, cluster)
            for store in stores {
                try await cluster.wait(store) {
                    store.cluster.members.filter { $0.role == .voter }.count == 3
                }
            }
        }
        for (name, expected) in expected where !expected.isUncertain {
            let isThere = churn.host(1).storeNames.contains(name)
            #expect(isThere == (expected.life != nil), "\(name)")
            guard isThere else { continue }
            let life = try await churn.host(1).store(name).get(
                "/life", as: Int.self, consistency: .linearizable)
            #expect(life == expected.life, "\(name)")
        }
        // A last write to the list makes it as long as the log, so that its snapshot covers all.
        let count = churn.host(0).storeNames.count
        try await churn.host(0).store("last").put(1, at: "/a")
        try await churn.host(0).deleteStore("last")
        await cluster.pause(main, .seconds(5))
        for host in churn.all { try await host.close() }
        for number in 0..<3 {
            let groups = try ClusterStoresTests.groupCount(of: cluster.machine(number))
            #expect(groups == count, "host \(number)")
        }
    }

    @Test(arguments: TestRuns.seeds(usually: 6))
    func `members that were away when stores came and went agree in the end`(
        seed: UInt64
    ) throws {
        let cluster = StoreCluster(seed: seed)
        try cluster.world.run {
            let churn = Churn(cluster, try await cluster.foundHosts())
            var random = SeededRandom(seed: seed)
            var expected: [String: Expected] = [:]
            for name in churn.names { expected[name] = Expected() }
            for _ in 0..<12 * TestRuns.scale {
                for _ in 0..<random.number(below: 4) {
                    let name = churn.names[random.number(below: 2)]
                    await churn.use(
                        name, on: random.number(below: 3), &expected[name, default: Expected()],
                        &random)
                }
                let number = random.number(below: 3)
                if random.number(below: 2) == 0 {
                    try await churn.restart(number, &random)
                } else {
                    try await churn.isolate(number, &random)
                }
            }
            // Whatever was uncertain is certain after a change that everybody agrees on.
            for name in churn.names {
                var known = expected[name, default: Expected()]
                for _ in 0..<20 where known.isUncertain {
                    known.isUncertain = false
                    known.life = nil
                    do {
                        if try await churn.host(0).hasStore(name) {
                            try await churn.host(0).deleteStore(name, timeout: .seconds(10))
                        }
                    } catch StoreError.Code.storeNotFound {
                        continue
                    } catch {
                        known.isUncertain = true
                    }
                }
                await churn.use(name, on: 0, &known, &random)
                expected[name] = known
            }
            try await Self.check(churn, expected)
        }
    }
}
