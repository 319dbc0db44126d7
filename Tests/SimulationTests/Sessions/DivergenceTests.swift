import Khepri
import KhepriTree
import RaftRuntime
import SimulationKit
import Testing

/// Members to which the network brought another command than to the rest.
@Suite("Members that differ") struct DivergenceTests {
    /// Lets one of three members apply something else than the others, and a minute pass.
    private func spoiling(
        _ number: Int,
        then check: @escaping @Sendable (StoreCluster, [TreeStore]) async throws -> Void
    ) throws {
        let cluster = StoreCluster(seed: 1)
        try cluster.world.run {
            let stores = try await cluster.found()
            let local = stores[number].cluster.members.first { $0.isLocal }
            cluster.network.spoil("right", into: "wrong", for: try #require(local?.id))
            if number == 0 { try await stores[0].cluster.transferLeadership(to: "b") }
            try await stores[1].put("right", at: "/a")
            await cluster.pause(stores[0], .seconds(61))
            try await check(cluster, stores)
        }
    }

    /// Writes on a member until it says that it has stopped.
    private static func stop(_ store: TreeStore, _ cluster: StoreCluster) async throws -> StoreError
    {
        for _ in 0..<1_000 {
            do {
                try await store.put("later", at: "/b")
            } catch let error as StoreError where error.code == .diverged {
                return error
            } catch is StoreError {}
            await cluster.pause(store, .milliseconds(10))
        }
        throw NeverHappened()
    }

    @Test func `one with another state is named, stops and says why, and the others go on`() throws
    {
        try spoiling(2) { cluster, stores in
            var events = stores[0].cluster.events.makeAsyncIterator()
            let error = try await Self.stop(stores[2], cluster)
            #expect(error.message.contains("is not that of the majority"))
            try await stores[1].put(1, at: "/c")
            while let event = await events.next() {
                if event == .memberDiverged(name: "c") { break }
            }
            #expect(stores[0].stateHash == stores[1].stateHash)
        }
    }

    @Test func `one that led when it was found stops, and another leads`() throws {
        try spoiling(0) { cluster, stores in
            try await stores[1].cluster.transferLeadership(to: "a")
            _ = try await Self.stop(stores[0], cluster)
            try await stores[1].put(1, at: "/c")
            #expect(!stores[0].cluster.status.isLeader)
        }
    }

    @Test func `members that agree are never stopped, however often they compare`() throws {
        let cluster = StoreCluster(seed: 1)
        try cluster.world.run {
            let stores = try await cluster.found()
            for minute in 1...5 {
                await cluster.pause(stores[0], .seconds(61))
                for store in stores { try await store.put(minute, at: "/a") }
            }
            #expect(Set(stores.map(\.stateHash)).count == 1)
            #expect(stores[0].local.revision.rawValue < 60, "reports must not lead to reports")
        }
    }
}
