import Khepri
import KhepriCluster
import Testing

/// One member of three is left, and becomes the only one.
@Suite("After a lost majority")
struct LostMajorityTests {
    private static func withOneLeft(
        _ body: (TestCluster, _ former: TreeStore, _ known: Revision) async throws -> Void
    ) async throws {
        try await TestCluster.with(hostCount: 3) { cluster in
            let former = cluster.stores[0]
            let known = try await former.put("kept", at: "/a").revision
            for number in 0..<3 { try await cluster.stop(number) }
            try await cluster.recover(0)
            try await body(cluster, former, known)
        }
    }

    @Test func `the member that is left begins another history, far above the former one`()
        async throws
    {
        try await Self.withOneLeft { cluster, former, known in
            let store = cluster.stores[0]
            #expect(store.history != former.history)
            #expect(try await store.get("/a", as: String.self) == "kept")
            let next = try await store.put("new", at: "/a").revision
            #expect(next.rawValue >= known.rawValue + 1 << 32)
            #expect(store.cluster.members.map(\.name) == ["n1"])
            #expect(store.cluster.members[0].id != former.cluster.members[0].id)
        }
    }

    @Test func `what it recovered is there after a restart`() async throws {
        try await Self.withOneLeft { cluster, _, _ in
            let history = cluster.stores[0].history
            let written = try await cluster.stores[0].put("new", at: "/b").revision
            try await cluster.stop(0)
            try await cluster.start(0)
            let store = cluster.stores[0]
            #expect(store.history == history)
            #expect(try await store.get("/a", as: String.self) == "kept")
            #expect(store.view.revision >= written)
        }
    }

    @Test func `a host that joins afterwards has the new history`() async throws {
        try await Self.withOneLeft { cluster, _, _ in
            try await cluster.joinAnew(1)
            let (first, second) = (cluster.stores[0], cluster.stores[1])
            #expect(second.history == first.history)
            let kept = try await second.get(
                "/a", as: String.self, consistency: .linearizable)
            #expect(kept == "kept")
            let receipt = try await second.put(2, at: "/b")
            let value = try await first.get(
                "/b", as: Int.self, consistency: .atLeast(receipt.revision))
            #expect(value == 2)
        }
    }

    @Test func `members of the former history are refused and change nothing`() async throws {
        try await Self.withOneLeft { cluster, _, _ in
            let term = cluster.stores[0].cluster.status.term
            // Both together are the former majority: they lead each other, as nobody can tell them.
            for number in 1...2 { try await cluster.start(number) }
            try await cluster.stores[1].put("former", at: "/a", timeout: .seconds(20))
            let store = cluster.stores[0]
            #expect(
                try await store.get("/a", as: String.self, consistency: .linearizable) == "kept")
            #expect(store.cluster.status.term == term)
            #expect(store.cluster.status.isLeader)
            #expect(cluster.loggedLines.contains { $0.contains("another member or incarnation") })
        }
    }
}
