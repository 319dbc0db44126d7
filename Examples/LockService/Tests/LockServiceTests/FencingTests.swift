import Foundation
import LockService
import Raft
import Testing

@Suite("Fencing tokens", .serialized, .timeLimit(.minutes(2))) struct FencingTests {
    @Test func `they only grow while leadership moves from member to member`() async throws {
        try await withCluster { cluster in
            var tokens: [UInt64] = []
            for round in 0..<9 {
                tokens.append(try await token(from: cluster.groups[round % 3]))
                for group in cluster.groups where group.status.role == .leader {
                    try? await group.transferLeadership()
                }
            }
            #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0 < $1 }, "\(tokens)")
        }
    }

    @Test func `they only grow over restarts of every member`() async throws {
        try await withCluster { cluster in
            var tokens: [UInt64] = []
            for round in 0..<6 {
                tokens.append(try await token(from: cluster.groups[(round + 1) % 3]))
                try await cluster.restart(round % 3)
            }
            #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0 < $1 }, "\(tokens)")
        }
    }

    @Test func `a member that was cut off past the log's end catches up by snapshot`() async throws
    {
        try await withCluster(logBytesBeforeSnapshot: 2_000) { cluster in
            _ = try await token(from: cluster.groups[0])
            var events = cluster.groups[2].events.makeAsyncIterator()
            cluster.network.setIsolated(true, node: 3)
            let held = try await LockService(cluster.groups[0]).acquire("held", for: 600_000)
            #expect(held != nil)
            for _ in 0..<100 { _ = try await token(from: cluster.groups[0]) }
            cluster.network.setIsolated(false, node: 3)
            let last = try await token(from: cluster.groups[2])
            try await cluster.groups[2].linearize(timeout: .seconds(10))
            var installed: LogIndex?
            while installed == nil, let event = await events.next() {
                if case .snapshotInstalled(let index) = event { installed = index }
            }
            #expect(installed != nil)
            try await cluster.groups[0].linearize(timeout: .seconds(10))
            #expect(cluster.groups[2].read { $0 } == cluster.groups[0].read { $0 })
            #expect(try await token(from: cluster.groups[1]) > last)
        }
    }

    @Test func `a member alone cannot grant, and says that it may have been`() async throws {
        try await withCluster { cluster in
            let first = try await token(from: cluster.groups[0])
            let leader = try #require(
                cluster.groups.indices.first { cluster.groups[$0].status.role == .leader })
            cluster.network.setIsolated(true, node: UInt64(leader) + 1)
            let error = await #expect(throws: RaftError.self) {
                try await cluster.groups[leader].propose([], timeout: .milliseconds(200))
            }
            #expect(error?.mayHaveBeenApplied == true)
            let second = try await token(from: cluster.groups[(leader + 1) % 3])
            #expect(second > first)
        }
    }

    /// Takes the lock and frees it, as somebody who never had it before.
    private func token(from group: RaftGroup<LockTable>) async throws -> UInt64 {
        let service = LockService(group)
        let token = try #require(try await service.acquire("lock", for: 600_000))
        #expect(try await service.release("lock", token: token))
        return token
    }

    private func withCluster(
        logBytesBeforeSnapshot: Int = 16 << 20, _ body: (inout LockCluster) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("lock-service-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var cluster = try await LockCluster(
            in: directory, logBytesBeforeSnapshot: logBytesBeforeSnapshot)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(&cluster)) } catch { outcome = .failure(error) }
        try await cluster.close()
        try outcome.get()
    }
}
