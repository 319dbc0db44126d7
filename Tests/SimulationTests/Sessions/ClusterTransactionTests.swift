import Khepri
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// Transactions on all members while leaders change and answers are lost.
@Suite("Transactions over changes of leader") struct ClusterTransactionTests {
    static let accountCount = 4

    /// Moves money, unless it is not there; returns whether it is certain that it was applied.
    private static func transfer(
        _ store: TreeStore, from: Int, to target: Int, _ amount: Int, note: String
    ) async throws -> Bool {
        do {
            try await store.transaction(timeout: .seconds(5)) { transaction in
                let source = try transaction.get("/accounts/\(from)", as: Int.self) ?? 0
                guard source >= amount else { return }
                let other = try transaction.get("/accounts/\(target)", as: Int.self) ?? 0
                try transaction.put(source - amount, at: "/accounts/\(from)")
                try transaction.put(other + amount, at: "/accounts/\(target)")
                let count = try transaction.get("/count", as: Int.self) ?? 0
                try transaction.put(count + 1, at: "/count")
                try transaction.put(note, at: "/journal/\(note)", if: .absent)
            }
            return true
        } catch let error as StoreError where error.mayHaveBeenApplied {
            return false
        } catch StoreError.Code.conflict {
            return false
        } catch StoreError.Code.noQuorum {
            return false
        } catch StoreError.Code.timeout {
            return false
        }
    }

    /// Isolates the leader for a while, or makes another one lead.
    private static func disturb(
        _ cluster: StoreCluster, _ stores: [TreeStore], _ random: inout SeededRandom
    ) async throws {
        try await cluster.wait(stores[0]) { stores.contains { $0.cluster.status.isLeader } }
        guard let leader = stores.first(where: { $0.cluster.status.isLeader }) else { return }
        if random.number(below: 2) == 0 {
            cluster.network.isolate(leader.cluster.members.first { $0.isLocal }?.id)
            await cluster.pause(leader, .seconds(3))
            cluster.network.isolate(nil)
        } else {
            cluster.network.loseAnswers(true)
            await cluster.pause(leader, .milliseconds(1 + Int64(random.number(below: 30))))
            cluster.network.loseAnswers(false)
            let others = StoreCluster.names.filter { $0 != leader.cluster.status.leader }
            _ = try? await leader.cluster.transferLeadership(to: others[random.number(below: 2)])
        }
        await cluster.pause(leader, .milliseconds(1 + Int64(random.number(below: 30))))
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `money is moved, never made or lost, and each move happens once`(offset: UInt64) throws {
        let seed = TestRuns.seed() &+ offset
        let cluster = StoreCluster(seed: seed)
        try cluster.world.run {
            let stores = try await cluster.found()
            for account in 0..<Self.accountCount {
                try await stores[0].put(100, at: "/accounts/\(account)")
            }
            let isOver = Lock(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (member, store) in stores.enumerated() {
                    for task in 0..<2 {
                        group.addTask {
                            var random = SeededRandom(seed: seed &+ UInt64(10 * member + task))
                            var number = 0
                            while !isOver.withLock({ $0 }) {
                                number += 1
                                let from = random.number(below: Self.accountCount)
                                let step = 1 + random.number(below: Self.accountCount - 1)
                                _ = try await Self.transfer(
                                    store, from: from, to: (from + step) % Self.accountCount,
                                    1 + random.number(below: 50),
                                    note: "\(member)-\(task)-\(number)")
                                await cluster.pause(store, .milliseconds(5))
                            }
                        }
                    }
                }
                var random = SeededRandom(seed: seed)
                for _ in 1...6 * TestRuns.scale {
                    try await Self.disturb(cluster, stores, &random)
                }
                isOver.withLock { $0 = true }
                try await group.waitForAll()
            }
            for store in stores {
                _ = try await store.exists("/", consistency: .linearizable, timeout: .seconds(60))
                let accounts = try await store.nodes(matching: "/accounts/*", as: Int.self)
                #expect(accounts.reduce(0) { $0 + ($1.value ?? 0) } == 100 * Self.accountCount)
                let count = try await store.get("/count", as: Int.self)
                #expect(count == store.view.count(matching: "/journal/*"))
                store.checkInvariants()
            }
            #expect(Set(stores.map(\.stateHash)).count == 1)
            print("\(stores[0].view.count(matching: "/journal/*")) moves")
        }
    }
}
