import Foundation
import Khepri
import KhepriCluster
import Testing

@Suite("Clusters of hosts")
struct ClusterFormationTests {
    @Test func `a cluster grows from one host to three, and all see what one writes`() async throws
    {
        try await TestCluster.with(hostCount: 3) { cluster in
            try await cluster.stores[0].put(150, at: "/stock/wood/oak")
            for store in cluster.stores {
                let oak = try await store.get(
                    "/stock/wood/oak", as: Int.self, consistency: .linearizable)
                #expect(oak == 150)
            }
            let names = cluster.stores[2].cluster.members.map(\.name)
            #expect(names == ["n1", "n2", "n3"])
            #expect(cluster.stores[0].cluster.members.allSatisfy { $0.role == .voter })
        }
    }

    @Test func `hosts that are closed leave nothing in memory`() async throws {
        struct Weak { weak var host: StoreHost? }
        var hosts: [Weak] = []
        try await TestCluster.with(hostCount: 3) { cluster in
            _ = try await cluster.host(1).store("shop")
            try await cluster.stores[2].put(1, at: "/a")
            hosts = (0..<3).map { Weak(host: cluster.host($0)) }
            #expect(hosts.allSatisfy { $0.host != nil })
        }
        #expect(hosts.allSatisfy { $0.host == nil })
    }

    @Test func `a write at any member is seen there at once and everywhere later`() async throws {
        try await TestCluster.with(hostCount: 3) { cluster in
            for (number, store) in cluster.stores.enumerated() {
                let path: TreePath = "/from/\(number)"
                let receipt = try await store.put(number, at: path)
                #expect(try await store.get(path, as: Int.self) == number)
                for other in cluster.stores {
                    let value = try await other.get(
                        path, as: Int.self, consistency: .atLeast(receipt.revision))
                    #expect(value == number)
                }
            }
        }
    }

    @Test func `leadership moves to the member that is named, and back by priority`() async throws {
        try await TestCluster.with(hostCount: 3) { cluster in
            try await cluster.stores[0].cluster.transferLeadership(to: "n3")
            #expect(cluster.stores[2].cluster.status.isLeader)
            try await cluster.stores[0].put(1, at: "/a")
            await expect(.notLeader) {
                try await cluster.stores[0].cluster.setPriority(5, of: "n1")
            }
            let events = cluster.stores[0].cluster.events
            try await cluster.stores[2].cluster.setPriority(5, of: "n1")
            for await event in events {
                if case .becameLeader = event { break }
            }
            #expect(cluster.stores[0].cluster.status.isLeader)
        }
    }

    @Test func `a member that is removed is gone, and the others go on`() async throws {
        try await TestCluster.with(hostCount: 3) { cluster in
            let leader = try #require(cluster.leader)
            try await leader.cluster.remove("n3")
            #expect(leader.cluster.members.map(\.name) == ["n1", "n2"])
            try await leader.put(1, at: "/still/here")
            await expect(.invalidOperation) {
                try await leader.cluster.remove("n3")
            }
        }
    }

    @Test func `a name that is taken is refused`() async throws {
        try await TestCluster.with(hostCount: 1) { cluster in
            let request = Cluster.JoinRequest(
                id: "77-00000000000000010000000000000002", name: "n1",
                peerAddress: "127.0.0.1:1")
            await expect(.invalidOperation) {
                try await cluster.stores[0].cluster.add(request)
            }
        }
    }

    @Test func `two of three members go on, and the third catches up when it is back`() async throws
    {
        try await TestCluster.with(hostCount: 3) { cluster in
            try await cluster.stop(2)
            for number in 0..<50 {
                try await cluster.stores[0].put(number, at: "/away/\(number)")
            }
            try await cluster.start(2)
            let count = try await cluster.stores[2].count(
                matching: "/away/*", consistency: .linearizable)
            #expect(count == 50)
        }
    }

    @Test func `all members stopped and started go on with what they had`() async throws {
        try await TestCluster.with(hostCount: 3) { cluster in
            try await cluster.stores[1].put("kept", at: "/a")
            for number in 0..<3 { try await cluster.stop(number) }
            for number in 0..<3 { try await cluster.start(number) }
            let value = try await cluster.stores[0].get(
                "/a", as: String.self, consistency: .linearizable)
            #expect(value == "kept")
        }
    }

    @Test func `without a majority each call ends within its timeout and says so`() async throws {
        try await TestCluster.with(hostCount: 3) { cluster in
            try await cluster.stop(1)
            try await cluster.stop(2)
            let store = cluster.stores[0]
            do {
                try await store.put(1, at: "/a", timeout: .seconds(2))
                Issue.record("a minority accepted a write")
            } catch let error as StoreError {
                #expect(error.code == .noQuorum || error.code == .timeout, "\(error)")
            }
            do {
                _ = try await store.get(
                    "/a", as: Int.self, consistency: .linearizable, timeout: .seconds(1))
                Issue.record("a minority served a linearizable read")
            } catch let error as StoreError {
                #expect(error.code == .noQuorum || error.code == .timeout, "\(error)")
                #expect(!error.mayHaveBeenApplied)
            }
        }
    }

    private func expect(
        _ code: StoreError.Code, _ body: () async throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        do {
            try await body()
            Issue.record("expected \(code)", sourceLocation: sourceLocation)
        } catch {
            #expect((error as? StoreError)?.code == code, sourceLocation: sourceLocation)
        }
    }
}
