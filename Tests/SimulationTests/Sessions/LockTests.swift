import Khepri
import KhepriTree
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// Locks over members that are cut off, and leaders that change.
@Suite("Locks in clusters") struct LockTests {
    /// Who believes to hold a lock, and which tokens there were.
    private final class Ledger: Sendable {
        private struct State {
            var holds: [TreeLock.Hold] = []
            var lastToken = Revision.zero
            var count = 0
        }

        private let state = Lock(State())

        var count: Int { state.withLock { $0.count } }

        /// Notes a new holder: at this moment there is no other, and never was one with a greater token.
        func note(_ hold: TreeLock.Hold) {
            let (others, last) = state.withLock { state in
                defer {
                    state.holds.append(hold)
                    state.lastToken = max(state.lastToken, hold.token)
                    state.count += 1
                }
                return (state.holds, state.lastToken)
            }
            #expect(others.allSatisfy { !$0.isHeld }, "the lock is held by two")
            #expect(hold.token > last)
        }

        /// Notes that a holder gives the lock up.
        func end(_ hold: TreeLock.Hold) {
            state.withLock { state in state.holds.removeAll { $0.token == hold.token } }
        }
    }

    @Test func `whoever came first is first`() throws {
        let cluster = StoreCluster(seed: 1)
        try cluster.world.run {
            let stores = try await cluster.found()
            let order = Lock<[Int]>([])
            let first = try await stores[0].lease(timeToLive: .seconds(10))
            let hold = try await TreeLock(stores[0], at: "/lock").acquire(lease: first)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    let store = stores[number % 3]
                    group.addTask {
                        let lease = try await store.lease(timeToLive: .seconds(10))
                        try await TreeLock(store, at: "/lock").withLock(lease: lease) { hold in
                            #expect(hold.isHeld)
                            order.withLock { $0.append(number) }
                        }
                    }
                    try await cluster.wait(stores[0]) {
                        stores[0].view.count(matching: "/lock/*") == number + 2
                    }
                }
                #expect(order.withLock { $0 } == [])
                #expect(hold.isHeld)
                try await hold.release()
                #expect(!hold.isHeld)
                try await group.waitForAll()
            }
            #expect(order.withLock { $0 } == [0, 1, 2, 3, 4, 5])
            #expect(try await !stores[0].exists("/lock", consistency: .linearizable))
        }
    }

    @Test(arguments: 0..<3) func `a holder that is cut off stops before the next one begins`(
        holder: Int
    ) throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let stores = try await cluster.found()
            let next = stores[(holder + 1) % 3]
            let leases = [
                try await stores[holder].lease(timeToLive: .seconds(5)),
                try await next.lease(timeToLive: .seconds(5)),
            ]
            let hold = try await TreeLock(stores[holder], at: "/lock").acquire(lease: leases[0])
            async let second = TreeLock(next, at: "/lock").acquire(lease: leases[1])
            async let work: Void = leases[0].whileAlive { await cluster.sleep(stores[holder]) }
            try await cluster.wait(next) { next.view.count(matching: "/lock/*") == 2 }
            let member = stores[holder].cluster.members.first { $0.isLocal }?.id
            cluster.network.isolate(member)
            let token = try await second.token
            #expect(!hold.isHeld)
            #expect(token > hold.token)
            do {
                try await work
                Issue.record("expected that the work ends with the lease")
            } catch StoreError.Code.leaseEnded {}
            #expect(stores[holder].local.exists("/lock"), "it does not hear of it")
        }
    }

    @Test func `what a former holder began is not applied once another holds the lock`() throws {
        let cluster = StoreCluster(seed: 5)
        try cluster.world.run {
            let stores = try await cluster.found()
            let leases = [
                try await stores[1].lease(timeToLive: .seconds(2)),
                try await stores[2].lease(timeToLive: .seconds(60)),
            ]
            let hold = try await TreeLock(stores[1], at: "/lock").acquire(lease: leases[0])
            cluster.network.isolate(stores[1].cluster.members.first { $0.isLocal }?.id)
            async let late: Void = stores[1].transaction(timeout: .seconds(60)) { transaction in
                guard try transaction.exists(hold.path) else { throw NeverHappened() }
                try transaction.put("late", at: "/a")
            }
            let next = try await TreeLock(stores[2], at: "/lock").acquire(lease: leases[1])
            #expect(stores[1].local.exists(hold.path), "it has read its node")
            cluster.network.isolate(nil)
            do {
                try await late
                Issue.record("expected that it is not applied")
            } catch is NeverHappened {}
            #expect(try await !stores[1].exists("/a", consistency: .linearizable))
            #expect(next.isHeld)
        }
    }

    @Test func `who is cancelled while waiting leaves the line`() throws {
        let cluster = StoreCluster(seed: 3)
        try cluster.world.run {
            let stores = try await cluster.found()
            let lease = try await stores[1].lease(timeToLive: .seconds(10))
            let lock = TreeLock(stores[1], at: "/lock")
            let hold = try await lock.acquire(lease: lease)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await lock.acquire(lease: lease) }
                try await cluster.wait(stores[1]) {
                    stores[1].view.count(matching: "/lock/*") == 2
                }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.waitForAll() }
            }
            try await cluster.wait(stores[1]) { stores[1].view.count(matching: "/lock/*") == 1 }
            #expect(hold.isHeld)
            try await hold.release()
        }
    }

    @Test func `an error of the body releases the lock, and an ended lease gives none`() throws {
        let cluster = StoreCluster(seed: 4)
        try cluster.world.run {
            let stores = try await cluster.found()
            let lock = TreeLock(stores[2], at: "/lock")
            let lease = try await stores[2].lease(timeToLive: .seconds(10))
            await #expect(throws: NeverHappened.self) {
                try await lock.withLock(lease: lease) { _ in throw NeverHappened() }
            }
            let hold = try await lock.acquire(lease: lease)
            try await lease.revoke()
            #expect(!hold.isHeld)
            let error = await #expect(throws: StoreError.self) {
                _ = try await lock.acquire(lease: lease)
            }
            #expect(error?.code == .leaseEnded)
            #expect(try await !stores[2].exists("/lock"))
        }
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `never two hold a lock, and tokens only grow`(offset: UInt64) throws {
        let seed = TestRuns.seed() &+ offset
        let cluster = StoreCluster(seed: seed)
        let ledger = Ledger()
        try cluster.world.run {
            let stores = try await cluster.found()
            let isOver = Lock(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    let store = stores[number % 3]
                    group.addTask {
                        var random = SeededRandom(seed: seed &+ UInt64(number))
                        while !isOver.withLock({ $0 }) {
                            await Self.contend(store, cluster, ledger, &random)
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
        }
        print("the lock was held \(ledger.count) times")
        #expect(ledger.count > 10)
    }

    /// Takes a lease and the lock with it, and holds it for a while.
    private static func contend(
        _ store: TreeStore, _ cluster: StoreCluster, _ ledger: Ledger,
        _ random: inout SeededRandom
    ) async {
        let length = Duration.milliseconds(1 + random.number(below: 400))
        let isForgetful = random.number(below: 4) == 0
        do {
            let lease = try await store.lease(timeToLive: .seconds(2), timeout: .seconds(2))
            let lock = TreeLock(store, at: "/lock")
            let hold = try await lock.acquire(lease: lease, timeout: .seconds(2))
            guard hold.isHeld else { return }
            ledger.note(hold)
            await cluster.pause(store, length)
            ledger.end(hold)
            // The end of the lease does it, too.
            if !isForgetful { try await hold.release(timeout: .seconds(2)) }
        } catch {
            await cluster.pause(store, .milliseconds(50))
        }
    }
}
