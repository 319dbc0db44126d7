import Khepri
import KhepriTree
import RaftRuntime
import Testing

/// A store whose transactions other writers get in the way of.
@Suite("Transactions of a store") struct StoreTransactionTests {
    struct Refusal: Error, Equatable {}

    /// Runs a body on a store in memory.
    private static func withStore(_ body: (TreeStore) async throws -> Void) async throws {
        let store = try await TreeStore.inMemory()
        try await body(store)
        store.checkInvariants()
        try await store.close()
    }

    /// Runs a transaction during whose first run something is written; returns how often it ran.
    private static func runs(
        _ store: TreeStore, disturbing write: TreeOperation,
        _ body: @escaping @Sendable (inout Transaction) throws -> Void
    ) async throws -> Int {
        let runs = Lock(0)
        try await store.transaction { transaction in
            let run = runs.withLock { runs -> Int in
                runs += 1
                return runs
            }
            try body(&transaction)
            // It is in the log before the transaction.
            if run == 1 { _ = try store.start(write) }
        }
        return runs.withLock { $0 }
    }

    private static func put(_ path: TreePath, _ value: Int) -> TreeOperation {
        TreeOperation(
            .put(.init(payload: Payload(validated: [UInt8(value)]))), at: TreePattern(path))
    }

    @Test func `it reads what it wrote, and all of it is one revision`() async throws {
        try await Self.withStore { store in
            try await store.put(3, at: "/stock/wood")
            let answer = try await store.transaction { transaction in
                let stock = try transaction.get("/stock/wood", as: Int.self) ?? 0
                try transaction.put(stock - 1, at: "/stock/wood")
                try transaction.put("oak", at: "/orders/17")
                #expect(try transaction.get("/stock/wood", as: Int.self) == 2)
                #expect(try transaction.exists("/orders"))
                #expect(try transaction.count(matching: "/**") == 4)
                #expect(try transaction.childNames(of: "/orders") == ["17"])
                #expect(try transaction.nodes(matching: "/*/*", as: Payload.self).count == 2)
                return stock
            }
            #expect(answer == 3)
            let wood: Node<Int>? = try await store.node(at: "/stock/wood")
            let order: Node<String>? = try await store.node(at: "/orders/17")
            #expect(wood?.value == 2 && wood?.payloadVersion == 2)
            #expect(wood?.modifiedRevision == order?.createdRevision)
        }
    }

    @Test func `what is thrown leaves everything as it was`() async throws {
        try await Self.withStore { store in
            try await store.put(1, at: "/a")
            let before = store.stateHash
            await #expect(throws: Refusal.self) {
                try await store.transaction { transaction in
                    try transaction.put(2, at: "/a")
                    try transaction.delete("/a")
                    throw Refusal()
                }
            }
            #expect(store.stateHash == before)
        }
    }

    @Test func `a write that is refused ends it, even if the error is caught`() async throws {
        try await Self.withStore { store in
            try await store.put(1, at: "/a")
            let before = store.stateHash
            await expectError(.conditionFailed) {
                try await store.transaction { transaction in
                    try transaction.put(5, at: "/b")
                    try? transaction.put(2, at: "/a", if: .absent)
                    _ = try? transaction.get("/a", as: Int.self)
                }
            }
            #expect(store.stateHash == before)
        }
    }

    @Test func `one that only reads writes nothing to the log`() async throws {
        try await Self.withStore { store in
            let revision = try await store.put(1, at: "/a").revision
            let value = try await store.transaction { try $0.get("/a", as: Int.self) }
            #expect(value == 1)
            #expect(store.local.revision == revision)
        }
    }

    @Test func `it runs again when what it read was changed meanwhile`() async throws {
        try await Self.withStore { store in
            try await store.put(1, at: "/a")
            let runs = try await Self.runs(store, disturbing: Self.put("/a", 10)) {
                let value = try $0.get("/a", as: Int.self) ?? 0
                try $0.put(value + 1, at: "/a")
            }
            #expect(runs == 2)
            #expect(try await store.get("/a", as: Int.self) == 11)
        }
    }

    @Test func `it runs once when others changed something else`() async throws {
        try await Self.withStore { store in
            try await store.put(1, at: "/a")
            let runs = try await Self.runs(store, disturbing: Self.put("/b", 10)) {
                let value = try $0.get("/a", as: Int.self) ?? 0
                try $0.put(value + 1, at: "/a")
            }
            #expect(runs == 1)
        }
    }

    @Test func `a phantom is a conflict`() async throws {
        try await Self.withStore { store in
            try await store.put(1, at: "/jobs/1")
            let runs = try await Self.runs(store, disturbing: Self.put("/jobs/2", 2)) {
                try $0.put(try $0.count(matching: "/jobs/*"), at: "/job-count")
            }
            #expect(runs == 2)
            #expect(try await store.get("/job-count", as: Int.self) == 2)
        }
    }

    @Test func `two that each rely on what the other changes cannot both win`() async throws {
        try await Self.withStore { store in
            try await store.put(true, at: "/on-call/ann")
            try await store.put(true, at: "/on-call/bob")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in ["ann", "bob"] {
                    group.addTask {
                        try await store.transaction { transaction in
                            let onCall = try transaction.nodes(
                                matching: "/on-call/*", as: Bool.self)
                            guard onCall.count(where: { $0.value == true }) > 1 else { return }
                            try transaction.put(false, at: "/on-call/\(name)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let left = try await store.nodes(matching: "/on-call/*", as: Bool.self)
            #expect(left.count { $0.value == true } == 1)
        }
    }

    @Test func `a hundred tasks count to ten thousand, and each gets through`() async throws {
        try await Self.withStore { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        for _ in 0..<100 {
                            try await store.transaction { transaction in
                                let count = try transaction.get("/n", as: Int.self) ?? 0
                                try transaction.put(count + 1, at: "/n")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.get("/n", as: Int.self) == 10_000)
            let node: Node<Int>? = try await store.node(at: "/n")
            #expect(node?.payloadVersion == 10_000)
        }
    }

    @Test func `writers that wait in line do not lose what other commands write`() async throws {
        try await Self.withStore { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<32 {
                    group.addTask {
                        for round in 0..<50 {
                            if task % 4 == 0 {
                                try await store.put(round, at: "/others/\(task)/\(round)")
                                continue
                            }
                            try await store.transaction { transaction in
                                let count = try transaction.count(matching: "/others/*/*")
                                let sum = try transaction.get("/n", as: Int.self) ?? 0
                                try transaction.put(sum + 1, at: "/n")
                                try transaction.put(count, at: "/seen/\(task)/\(round)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.get("/n", as: Int.self) == 24 * 50)
            #expect(try await store.count(matching: "/others/*/*") == 8 * 50)
        }
    }

    @Test func `an error of a run at the leader leaves everything as it was`() async throws {
        try await Self.withStore { store in
            try await store.put(1, at: "/a")
            let runs = Lock(0)
            await #expect(throws: Refusal.self) {
                try await store.transaction { transaction in
                    let value = try transaction.get("/a", as: Int.self)
                    try transaction.put(5, at: "/b")
                    let run = runs.withLock { runs -> Int in
                        runs += 1
                        return runs
                    }
                    if run == 1 { _ = try store.start(Self.put("/a", 10)) }
                    if value == 10 { throw Refusal() }
                }
            }
            #expect(runs.withLock { $0 } == 2)
            #expect(try await store.exists("/b") == false)
        }
    }

    @Test func `what expires because of its writes goes when it is applied`() async throws {
        try await Self.withStore { store in
            try await store.put(1, at: "/owner")
            try await store.put(
                2, at: "/tied", keepWhile: [.path("/owner", .exists(true))])
            try await store.transaction { transaction in
                try transaction.delete("/owner")
                #expect(try transaction.exists("/tied"))
                #expect(try !transaction.exists("/owner"))
            }
            #expect(try await store.exists("/tied") == false)
        }
    }

    @Test func `a write to a node that its own writes made expire is refused`() async throws {
        try await Self.withStore { store in
            try await store.put(1, at: "/owner")
            try await store.put(
                2, at: "/tied", keepWhile: [.path("/owner", .exists(true))])
            let before = store.stateHash
            await expectError(.aborted) {
                try await store.transaction { transaction in
                    try transaction.delete("/owner")
                    try transaction.put(3, at: "/tied", if: .exists(true))
                }
            }
            #expect(store.stateHash == before)
        }
    }

    @Test func `limits are kept, and said`() async throws {
        try await Self.withStore { store in
            await expectError(.transactionTooLarge) {
                try await store.transaction { transaction in
                    for number in 0...TreeLimits.transactionReadsMaximum {
                        _ = try transaction.exists("/\(number)")
                    }
                }
            }
            await expectError(.transactionTooLarge) {
                try await store.transaction { transaction in
                    for number in 0...TreeLimits.transactionOperationsMaximum {
                        try transaction.put(number, at: "/a")
                    }
                }
            }
            await expectError(.transactionTooLarge) {
                try await store.transaction { transaction in
                    for number in 0...TreeLimits.transactionPatternsMaximum {
                        _ = try transaction.count(matching: "/\(number)/*")
                    }
                }
            }
            try await store.transaction { transaction in
                for number in 0..<TreeLimits.transactionOperationsMaximum {
                    try transaction.put(number, at: "/a")
                }
            }
            #expect(try await store.get("/a", as: Int.self) == 9_999)
        }
    }

    @Test func `a closed store refuses it`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.close()
        await expectError(.closed) {
            try await store.transaction { try $0.put(1, at: "/a") }
        }
    }
}
