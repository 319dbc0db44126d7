import Khepri
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// Triggers of three members while leaders are cut off, killed and replaced.
@Suite("Triggers over changes of leader") struct ClusterTriggerTests {
    /// Members that run one trigger, and note what it is called for.
    private final class Members: Sendable {
        struct Call: Sendable {
            let member: Int
            let path: TreePath
            let revision: Revision
            /// Whether the member led, as far as it knew, when the call began.
            let wasLeader: Bool
        }

        let cluster: StoreCluster
        private let stores: Lock<[TreeStore]>
        private let calls = Lock<[Call]>([])

        init(_ cluster: StoreCluster, _ stores: [TreeStore]) {
            (self.cluster, self.stores) = (cluster, Lock(stores))
        }

        func store(_ number: Int) -> TreeStore { stores.withLock { $0[number] } }
        var all: [TreeStore] { stores.withLock { $0 } }
        /// The calls that began, in their order.
        var noted: [Call] { calls.withLock { $0 } }

        /// Registers the trigger at a member and runs it there.
        func begin(
            _ number: Int, handler: @escaping @Sendable (Int, TreeStore) async throws -> Void
        ) async throws {
            let store = store(number)
            try await store.register(
                Trigger("t", matching: "/jobs/*", on: [.created]) { [weak self] change in
                    self?.note(change, number, store.cluster.status.isLeader)
                    try await handler(number, store)
                })
            cluster.world.begin { try? await store.runTriggers() }
        }

        private func note(_ change: TreeChange, _ member: Int, _ isLeader: Bool) {
            let call = Call(
                member: member, path: change.path, revision: change.revision, wasLeader: isLeader)
            calls.withLock { $0.append(call) }
        }

        func replace(_ number: Int, by store: TreeStore) { stores.withLock { $0[number] = store } }

        var leader: Int? { all.firstIndex { $0.cluster.status.isLeader } }
    }

    private static func found(_ seed: UInt64) async throws -> Members {
        let cluster = StoreCluster(seed: seed)
        return Members(cluster, try await cluster.found())
    }

    /// Waits until a member knows that nothing waits any more.
    private static func settle(_ members: Members, asking number: Int) async throws {
        let store = members.store(number)
        try await members.cluster.wait(store) { (try? store.triggers().first?.lag) == 0 }
    }

    @Test func `what is committed when its leader is killed is handled by the next one`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let members = Members(cluster, try await cluster.found())
            for number in 0..<3 {
                try await members.begin(number) { number, store in
                    // The first leader has done nothing yet when it is killed.
                    if number == 0 { await cluster.pause(store, .seconds(1_000)) }
                }
            }
            for job in 0..<3 { try await members.store(0).put(job, at: "/jobs/\(job)") }
            #expect(members.store(0).cluster.status.isLeader)
            cluster.machine(0).kill()
            try await Self.settle(members, asking: 1)
            let others = members.noted.filter { $0.member != 0 }
            #expect(others.map(\.path) == (0..<3).map { "/jobs/\($0)" })
            #expect(Set(others.map(\.member)).count == 1)
        }
    }

    @Test func `a leader that is cut off ends, and another one goes on`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let members = Members(cluster, try await cluster.found())
            for number in 0..<3 {
                try await members.begin(number) { _, store in
                    await cluster.pause(store, .milliseconds(200))
                }
            }
            for job in 0..<20 { try await members.store(0).put(job, at: "/jobs/\(job)") }
            cluster.network.isolate(
                members.store(0).cluster.members.first { $0.isLocal }?.id)
            await cluster.pause(members.store(1), .seconds(3))
            let byFirst = members.noted.count { $0.member == 0 }
            #expect((1..<20).contains(byFirst), "it had begun and could not end")
            await cluster.pause(members.store(1), .seconds(10))
            cluster.network.isolate(nil)
            try await Self.settle(members, asking: 0)
            #expect(members.noted.count { $0.member == 0 } == byFirst)
            #expect(members.noted.allSatisfy { $0.wasLeader })
            #expect(Set(members.noted.map(\.path)).count == 20)
        }
    }

    @Test func `a handler is called once while nothing fails`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let members = Members(cluster, try await cluster.found())
            for number in 0..<3 { try await members.begin(number) { _, _ in } }
            for job in 0..<30 { try await members.store(job % 3).put(job, at: "/jobs/\(job)") }
            try await Self.settle(members, asking: 2)
            try await members.store(0).cluster.transferLeadership(to: "b")
            for job in 30..<40 { try await members.store(job % 3).put(job, at: "/jobs/\(job)") }
            try await Self.settle(members, asking: 2)
            #expect(members.noted.map(\.path) == (0..<40).map { "/jobs/\($0)" })
            #expect(members.noted.suffix(10).allSatisfy { $0.member == 1 })
        }
    }

    /// The first leader began between the registration here and in the log, and never saw the latter.
    @Test func `a trigger that is registered while they run is called`() throws {
        let world = SimulatedWorld(seed: TestRuns.seed())
        let host = world.addHost()
        try world.run {
            let store = try await TreeStore.open(
                at: host.directory, configuration: .init(), environment: host.environment)
            world.begin { try? await store.runTriggers() }
            let calls = Lock(0)
            for number in 1...100 {
                try await store.register(
                    Trigger("t", matching: "/jobs/*") { _ in calls.withLock { $0 += 1 } })
                try await store.put(number, at: "/jobs/x")
                for _ in 0..<1_000 where calls.withLock({ $0 }) < number {
                    _ = try? await store.exists(
                        "/", consistency: .atLeast(Revision(1 << 60)), timeout: .milliseconds(1))
                }
                try #require(calls.withLock { $0 } >= number)
                try await store.unregisterTrigger("t")
            }
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `every change is handled, in order, whatever becomes of its leaders`(
        offset: UInt64
    ) throws {
        let seed = TestRuns.seed() &+ offset
        let cluster = StoreCluster(seed: seed)
        try cluster.world.run {
            let members = Members(cluster, try await cluster.found())
            let random = Lock(SeededRandom(seed: seed))
            let handler: @Sendable (Int, TreeStore) async throws -> Void = { _, store in
                let (pause, fails) = random.withLock { random in
                    (random.number(below: 20), random.number(below: 4) == 0)
                }
                await cluster.pause(store, .milliseconds(Int64(pause)))
                if fails { throw NeverHappened() }
            }
            for number in 0..<3 { try await members.begin(number, handler: handler) }
            var written: Set<TreePath> = []
            for round in 0..<8 * TestRuns.scale {
                for job in 0..<10 {
                    let path: TreePath = "/jobs/\(round)-\(job)"
                    let store = members.store(random.withLock { $0.number(below: 3) })
                    let receipt = try? await store.put(1, at: path, timeout: .seconds(2))
                    if receipt != nil { written.insert(path) }
                }
                try await Self.disturb(members, random, handler)
            }
            cluster.network.isolate(nil)
            for store in members.all {
                _ = try await store.exists("/", consistency: .linearizable, timeout: .seconds(60))
            }
            try await Self.settle(members, asking: 0)
            let calls = members.noted
            #expect(written.isSubset(of: calls.map(\.path)))
            #expect(calls.allSatisfy { $0.wasLeader })
            var seen: Set<TreePath> = []
            let first = calls.filter { seen.insert($0.path).inserted }.map(\.revision)
            #expect(first == first.sorted())
            #expect(try members.store(0).triggers()[0].parked.isEmpty)
            print("\(written.count) changes, \(calls.count) calls")
        }
    }

    /// Cuts the leader off, kills it, or makes another one lead.
    private static func disturb(
        _ members: Members, _ random: Lock<SeededRandom>,
        _ handler: @escaping @Sendable (Int, TreeStore) async throws -> Void
    ) async throws {
        let cluster = members.cluster
        try await cluster.wait(members.store(0)) { members.leader != nil }
        guard let leader = members.leader else { return }
        let other = members.store((leader + 1) % 3)
        switch random.withLock({ $0.number(below: 3) }) {
        case 0:
            let store = members.store(leader)
            cluster.network.isolate(store.cluster.members.first { $0.isLocal }?.id)
            await cluster.pause(other, .seconds(3))
            cluster.network.isolate(nil)
        case 1:
            cluster.machine(leader).kill()
            await cluster.pause(
                other, .milliseconds(random.withLock { Int64($0.number(below: 3_000)) }))
            members.replace(leader, by: try await cluster.open(leader).store())
            try await cluster.wait(other) { members.leader != nil }
            try await members.begin(leader, handler: handler)
        default:
            let name = StoreCluster.names[(leader + 1) % 3]
            _ = try? await members.store(leader).cluster.transferLeadership(to: name)
        }
    }
}
