import Khepri
import KhepriCluster
import Testing

@Suite("Several stores over sockets")
struct ReplicatedStoresTests {
    /// A value of the store of the name, once the host knows which one that is.
    private static func present(_ path: TreePath, on host: StoreHost) async throws -> Int? {
        while true {
            do {
                let shop = try await host.store("shop")
                return try await shop.get(path, as: Int.self, consistency: .linearizable)
            } catch StoreError.Code.storeNotFound {
                // It was the former one; to ask again takes a round to another member.
                try await host.store().catchUp(to: .linearizable)
            }
        }
    }

    @Test func `stores are made, deleted and made again on any member`() async throws {
        try await TestCluster.with(hostCount: 3) { cluster in
            let shop = try await cluster.host(1).store("shop")
            try await shop.put(1, at: "/a")
            let seen = try await cluster.host(2).store("shop").get(
                "/a", as: Int.self, consistency: .linearizable)
            #expect(seen == 1)

            try await cluster.host(0).deleteStore("shop")
            let again = try await cluster.host(0).store("shop")
            #expect(try await again.get("/a", as: Int.self, consistency: .linearizable) == nil)
            try await again.put(2, at: "/b")
            #expect(try await Self.present("/b", on: cluster.host(2)) == 2)
        }
    }

    @Test func `a member with a damaged log is repaired by the others`() async throws {
        try await TestCluster.with(hostCount: 3) { cluster in
            for number in 0..<20 { try await cluster.stores[0].put(number, at: "/n/\(number)") }
            try await cluster.host(0).store("shop").put(1, at: "/a")
            try await cluster.stop(2)
            try await cluster.damage(2)
            await #expect(throws: StoreError.self) { try await cluster.start(2) }
            try await cluster.repair(2)
            let count = try await cluster.stores[2].count(
                matching: "/n/*", consistency: .linearizable)
            #expect(count == 20)
            let shop = try await cluster.host(2).store("shop").get(
                "/a", as: Int.self, consistency: .linearizable)
            #expect(shop == 1)
            #expect(try await cluster.names(2).contains("quarantine-1"))
            #expect(cluster.loggedLines.contains { $0.contains("put aside") })
        }
    }

    @Test func `hosts that start again have them, and a lost majority keeps them`() async throws {
        try await TestCluster.with(hostCount: 3) { cluster in
            let shop = try await cluster.host(0).store("shop")
            try await shop.put(1, at: "/a")
            for number in 0..<3 { try await cluster.stop(number) }
            for number in 0..<3 { try await cluster.start(number) }
            let value = try await cluster.host(1).store("shop").get(
                "/a", as: Int.self, consistency: .linearizable)
            #expect(value == 1)

            for number in 0..<3 { try await cluster.stop(number) }
            try await cluster.recover(0)
            let recovered = try await cluster.host(0).store("shop")
            #expect(recovered.history != shop.history)
            let kept = try await recovered.get("/a", as: Int.self, consistency: .linearizable)
            #expect(kept == 1)
            try await cluster.joinAnew(1)
            let joined = try await cluster.host(1).store("shop").get(
                "/a", as: Int.self, consistency: .linearizable)
            #expect(joined == 1)
        }
    }
}
