import Khepri
import KhepriTree
import RaftRuntime
import SimulationKit
import Testing

/// What callers on a follower get when the leader's answer is lost, and another member leads then.
@Suite("Repeated writes") struct RepeatedWriteTests {
    /// Runs a write on a follower whose answer is lost, and `between` before another member leads.
    ///
    /// - Returns: What the write gave, and the leader that applied it first.
    private func repeating<Answer: Sendable>(
        _ write: @escaping @Sendable (TreeStore) async throws -> Answer,
        before: @escaping @Sendable (TreeStore) async throws -> Void = { _ in },
        between: @escaping @Sendable (TreeStore) async throws -> Void = { _ in }
    ) throws -> (answer: Result<Answer, any Error>, leader: TreeStore) {
        let cluster = StoreCluster(seed: 1)
        return try cluster.world.run {
            let stores = try await cluster.found()
            let (leader, follower) = (stores[0], stores[1])
            try await follower.put(0, at: "/first")
            try await before(leader)
            cluster.network.loseAnswers(true)
            async let attempt = Self.result { try await write(follower) }
            try await cluster.wait(leader) { cluster.network.lostCount > 0 }
            cluster.network.loseAnswers(false)
            try await between(leader)
            try await leader.cluster.transferLeadership(to: "c")
            let answer = await attempt
            #expect(stores[2].cluster.status.isLeader)
            _ = try await leader.get("/first", as: Int.self, consistency: .linearizable)
            #expect(Set(stores.map { $0.statistics.sessionCount }).count == 1)
            for store in stores { store.checkInvariants() }
            return (answer, leader)
        }
    }

    private static func result<Answer: Sendable>(
        _ body: () async throws -> Answer
    ) async -> Result<Answer, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }

    private static func error<Answer>(_ result: Result<Answer, any Error>) -> StoreError? {
        if case .failure(let error) = result { error as? StoreError } else { nil }
    }

    @Test func `a create succeeds once and its receipt is that of the first time`() throws {
        let (answer, leader) = try repeating { try await $0.create(1, at: "/a") }
        let receipt = try answer.get()
        let node = try #require(try leader.local.node(at: "/a", as: Int.self))
        #expect(receipt.revision == node.createdRevision)
        #expect(receipt.modifiedRevision == node.modifiedRevision)
        #expect(receipt.payloadVersion == 1)
        #expect(leader.local.revision > receipt.revision, "it was in the log twice")
    }

    @Test func `a put does not undo what came between`() throws {
        let revision = Lock<Revision?>(nil)
        let (answer, leader) = try repeating {
            try await $0.put(1, at: "/a")
        } between: { leader in
            let node = try leader.local.node(at: "/a", as: Int.self)
            revision.withLock { $0 = node?.modifiedRevision }
            try await leader.put(2, at: "/a")
        }
        #expect(try leader.local.get("/a", as: Int.self) == 2)
        let error = try #require(Self.error(answer))
        #expect(error.code == .resultUnavailable)
        #expect(error.mayHaveBeenApplied)
        let first = try #require(revision.withLock { $0 })
        #expect(error.message == "applied before at revision \(first.rawValue)")
    }

    @Test func `a write that was refused stays refused`() throws {
        let (answer, leader) = try repeating {
            try await $0.create(1, at: "/a")
        } before: { leader in
            try await leader.put(7, at: "/a")
        } between: { leader in
            try await leader.delete("/a")
        }
        #expect(!leader.local.exists("/a"))
        let error = try #require(Self.error(answer))
        #expect(error.code == .conditionFailed)
        #expect(!error.mayHaveBeenApplied)
    }

    @Test func `a deletion spares what was made in between`() throws {
        let (answer, leader) = try repeating {
            try await $0.delete("/a")
        } before: { leader in
            try await leader.put(7, at: "/a")
        } between: { leader in
            try await leader.put(8, at: "/a")
        }
        #expect(try leader.local.get("/a", as: Int.self) == 8)
        let error = try #require(Self.error(answer))
        #expect(error.code == .resultUnavailable)
        #expect(error.mayHaveBeenApplied)
    }

    @Test func `a batch is applied once and answers with its revision`() throws {
        let (answer, leader) = try repeating {
            try await $0.batch { batch in
                try batch.put(1, at: "/a", if: .absent)
                try batch.put(2, at: "/b")
            }
        } between: { leader in
            try await leader.put(3, at: "/b")
        }
        let node = try #require(try leader.local.node(at: "/a", as: Int.self))
        #expect(try answer.get() == node.createdRevision)
        #expect(try leader.local.get("/b", as: Int.self) == 3)
    }

    @Test func `a batch that aborted stays aborted`() throws {
        let (answer, leader) = try repeating {
            try await $0.batch { batch in
                try batch.put(1, at: "/a", if: .absent)
            }
        } before: { leader in
            try await leader.put(7, at: "/a")
        } between: { leader in
            try await leader.delete("/a")
        }
        #expect(Self.error(answer)?.code == .aborted)
        #expect(!leader.local.exists("/a"))
    }

    @Test func `a move answers with its revision, and a cleared payload with its receipt`() throws {
        let prepare: @Sendable (TreeStore) async throws -> Void = { leader in
            try await leader.put(7, at: "/a")
        }
        let (moved, leader) = try repeating(
            { try await $0.move("/a", to: "/b") }, before: prepare)
        let node = try #require(try leader.local.node(at: "/b", as: Int.self))
        #expect(try moved.get() == node.createdRevision)

        let (cleared, other) = try repeating(
            { try await $0.clearPayload(at: "/a") }, before: prepare)
        let receipt = try #require(try cleared.get())
        #expect(receipt.payloadVersion == 2)
        #expect(
            receipt.revision == (try other.local.node(at: "/a", as: Int.self))?.modifiedRevision)
    }

    @Test func `writes that are started without waiting keep their order and apply once`() throws {
        let (answers, leader) = try repeating { store in
            let pending = try (1...50).map { try store.start(.put("/a", $0)) }
            var revisions: [Revision] = []
            for write in pending { revisions.append(try await write.outcome().revision) }
            return revisions
        } between: { leader in
            try await leader.put(0, at: "/b")
        }
        let revisions = try answers.get()
        #expect(revisions == revisions.sorted())
        let node = try #require(try leader.local.node(at: "/a", as: Int.self))
        #expect(node.value == 50)
        #expect(node.payloadVersion == 50)
        #expect(node.modifiedRevision == revisions.last)
    }
}

extension TreeOperation {
    /// The put of a small number.
    fileprivate static func put(_ path: TreePath, _ number: UInt8) throws -> TreeOperation {
        let payload = try Payload(cbor: number < 24 ? [number] : [0x18, number])
        return TreeOperation(.put(Write(payload: payload)), at: TreePattern(path))
    }
}
