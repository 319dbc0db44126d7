import Khepri
import KhepriTree
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// Elections among members, and counters.
@Suite("Elections in clusters") struct ElectionTests {
    @Test func `candidates lead one after the other, and everybody sees who`() throws {
        let cluster = StoreCluster(seed: 1)
        try cluster.world.run {
            let stores = try await cluster.found()
            let seen = Lock<[String]>([])
            let observed = TreeElection(stores[2], at: "/leader")
            #expect(try observed.leader(as: String.self) == nil)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await leader in observed.leaders(as: String.self) {
                        seen.withLock { $0.append(leader?.value ?? "nobody") }
                    }
                }
                let one = try await stores[0].lease(timeToLive: .seconds(5))
                let two = try await stores[1].lease(timeToLive: .seconds(5))
                let election = TreeElection(stores[0], at: "/leader")
                let first = try await election.campaign(as: "a", lease: one)
                #expect(first.isLeading)
                async let second = TreeElection(stores[1], at: "/leader").campaign(
                    as: "b", lease: two)
                try await cluster.wait(stores[2]) {
                    stores[2].view.count(matching: "/leader/*") == 2
                }
                try await first.resign()
                #expect(!first.isLeading)
                let token = try await second.token
                #expect(token > first.token)
                try await cluster.wait(stores[2]) {
                    (try? observed.leader(as: String.self))?.token == token
                }
                try await two.revoke()
                try await cluster.wait(stores[2]) { !stores[2].local.exists("/leader") }
                await cluster.pause(stores[2], .milliseconds(100))
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(seen.withLock { $0 } == ["nobody", "a", "b", "nobody"])
        }
    }

    /// "Two active instances are worse than none": a job stops within the lease when its member is cut off.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func `a leader's job stops before another's begins`(offset: UInt64) throws {
        let seed = TestRuns.seed() &+ offset
        let cluster = StoreCluster(seed: seed)
        let runs = Lock(0)
        try cluster.world.run {
            let stores = try await cluster.found()
            let isOver = Lock(false)
            let active = Lock<[Revision]>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (store, name) in zip(stores, StoreCluster.names) {
                    group.addTask {
                        let election = TreeElection(store, at: "/leader")
                        while !isOver.withLock({ $0 }) {
                            guard let lease = try? await store.lease(timeToLive: .seconds(3)) else {
                                continue
                            }
                            try? await election.whileLeading(as: name, lease: lease) { leadership in
                                guard leadership.isLeading else { return }
                                active.withLock { $0.append(leadership.token) }
                                defer {
                                    active.withLock { $0.removeAll { $0 == leadership.token } }
                                }
                                runs.withLock { $0 += 1 }
                                for _ in 0..<400 where leadership.isLeading && !Task.isCancelled {
                                    #expect(active.withLock { $0 } == [leadership.token])
                                    await cluster.pause(store, .milliseconds(5))
                                }
                            }
                        }
                    }
                }
                var random = SeededRandom(seed: seed)
                for _ in 1...6 * TestRuns.scale { try await cluster.disturb(stores, &random) }
                isOver.withLock { $0 = true }
                try await group.waitForAll()
            }
        }
        print("a leader's job began \(runs.withLock { $0 }) times")
        #expect(runs.withLock { $0 } > 2)
    }

    @Test func `a counter gives each addition a sum of its own`() throws {
        let cluster = StoreCluster(seed: 2)
        try cluster.world.run {
            let stores = try await cluster.found()
            let sums = try await withThrowingTaskGroup(of: [Int].self) { group in
                for store in stores {
                    group.addTask {
                        let counter = TreeCounter(store, at: "/n")
                        var sums: [Int] = []
                        for _ in 0..<10 {
                            sums.append(try await counter.add(timeout: .seconds(60)))
                        }
                        return sums
                    }
                }
                return try await group.reduce([], +)
            }
            #expect(sums.sorted() == Array(1...30))
            let counter = TreeCounter(stores[1], at: "/n")
            #expect(try await counter.get(consistency: .linearizable) == 30)
            #expect(try await counter.add(-31) == -1)
            let error = await #expect(throws: StoreError.self) { _ = try await counter.add(.min) }
            #expect(error?.code == .invalidOperation)
            try await stores[1].put("text", at: "/t")
            let coding = await #expect(throws: StoreError.self) {
                _ = try await TreeCounter(stores[1], at: "/t").add()
            }
            #expect(coding?.code == .valueCoding)
            #expect(try await TreeCounter(stores[1], at: "/none").get() == 0)
        }
    }
}
