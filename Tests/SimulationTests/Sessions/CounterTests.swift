import Khepri
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// Members that count together while leaders change and their answers are lost.
@Suite("Counting over changes of leader") struct CounterTests {
    /// Adds one by compare-and-swap; it is in the store when this returns, whatever happened.
    private static func increment(_ store: TreeStore) async throws {
        while true {
            let old = try store.local.get("/n", as: Int.self) ?? 0
            do {
                try await store.compareAndSwap(
                    old, with: old + 1, at: "/n", timeout: .seconds(600))
                return
            } catch StoreError.Code.resultUnavailable {
                return
            } catch StoreError.Code.conditionFailed {
                // Another one was faster; read again once this member knows what happened.
                _ = try? await store.exists(
                    "/n", consistency: .linearizable, timeout: .milliseconds(200))
            }
        }
    }

    /// Makes the leader change, in one of two ways.
    private static func disturb(
        _ cluster: StoreCluster, _ stores: [TreeStore], losingAnswers: Bool,
        _ random: inout SeededRandom
    ) async throws {
        try await cluster.wait(stores[0]) { stores.contains { $0.cluster.status.isLeader } }
        guard let leader = stores.first(where: { $0.cluster.status.isLeader }) else { return }
        let length = Duration.milliseconds(1 + random.number(below: 30))
        if losingAnswers {
            cluster.network.loseAnswers(true)
            await cluster.pause(leader, length)
            cluster.network.loseAnswers(false)
            let others = StoreCluster.names.filter { $0 != leader.cluster.status.leader }
            try await leader.cluster.transferLeadership(to: others[random.number(below: 2)])
        } else {
            cluster.network.isolate(leader.cluster.members.first { $0.isLocal }?.id)
            await cluster.pause(leader, .seconds(3))
            cluster.network.isolate(nil)
        }
        await cluster.pause(leader, length)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `nothing is lost and nothing is counted twice`(offset: UInt64) throws {
        let seed = TestRuns.seed() &+ offset
        let cluster = StoreCluster(seed: seed)
        try cluster.world.run {
            let stores = try await cluster.found()
            try await stores[0].put(0, at: "/n")
            let isOver = Lock(false)
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for store in stores {
                    group.addTask {
                        var count = 0
                        while !isOver.withLock({ $0 }) {
                            try await Self.increment(store)
                            count += 1
                            await cluster.pause(store, .milliseconds(5))
                        }
                        return count
                    }
                }
                var random = SeededRandom(seed: seed)
                for round in 1...8 * TestRuns.scale {
                    try await Self.disturb(
                        cluster, stores, losingAnswers: round % 3 > 0, &random)
                }
                isOver.withLock { $0 = true }
                return try await group.reduce(0, +)
            }
            for store in stores {
                let count = try await store.get("/n", as: Int.self, consistency: .linearizable)
                #expect(count == total)
                store.checkInvariants()
            }
            #expect(cluster.network.lostCount > 0)
            print("counted to \(total), lost \(cluster.network.lostCount) answers")
        }
    }
}

/// Sessions that come and go.
@Suite("Sessions of members") struct MemberSessionTests {
    @Test func `a store without other members has none`() throws {
        let world = SimulatedWorld(seed: 1)
        let host = world.addHost()
        try world.run {
            let store = try await host.openStore()
            let first = try await store.put(1, at: "/a").revision
            try await store.put(2, at: "/a")
            #expect(store.local.revision.rawValue == first.rawValue + 1)
            #expect(store.statistics.sessionCount == 0)
            try await store.close()
        }
    }

    @Test func `each member that writes has one`() throws {
        let cluster = StoreCluster(seed: 2)
        try cluster.world.run {
            let stores = try await cluster.found()
            for number in 1...10 {
                for store in stores { try await store.put(number, at: "/a") }
                #expect(stores[0].statistics.sessionCount == stores.count)
            }
        }
    }

    @Test func `a write whose session expired early is written all the same`() throws {
        let cluster = StoreCluster(seed: 3)
        try cluster.world.run {
            let stores = try await cluster.found()
            try await stores[1].put(1, at: "/a")
            try await stores[0].put(2, at: "/a")
            #expect(stores[0].statistics.sessionCount == 2)
            cluster.shiftDate(of: 0, milliseconds: 7_200_000)
            try await stores[0].put(3, at: "/a")
            #expect(stores[0].statistics.sessionCount == 1)
            let receipt = try await stores[1].put(4, at: "/a")
            #expect(receipt.payloadVersion == 4)
            try await stores[1].put(5, at: "/a")
            #expect(stores[0].statistics.sessionCount == 2)
        }
    }
}
