import Khepri
import KhepriTree
import RaftRuntime
import Testing

@Suite("Projections") struct ProjectionTests {
    struct Order: Codable, Sendable {
        var customer: String
        var items: [String]
    }

    private static func withStore(_ body: (TreeStore) async throws -> Void) async throws {
        let store = try await TreeStore.inMemory()
        try await body(store)
        try await store.close()
    }

    private static func byCustomer(
        _ store: TreeStore, rule: ProjectionRule = .firstPath
    ) async throws -> Projection<String, TreePath> {
        try await store.projection(over: "/orders/*", as: Order.self, rule: rule) { node in
            node.value.map { ($0.customer, node.path) }
        }
    }

    @Test func `a write that has returned is in it, and its former row is not`() async throws {
        try await Self.withStore { store in
            try await store.put(Order(customer: "ann", items: []), at: "/orders/1")
            let customers = try await Self.byCustomer(store)
            #expect(customers["ann"] == "/orders/1")
            #expect(customers.revision == store.local.revision)

            try await store.put(Order(customer: "bob", items: []), at: "/orders/1")
            #expect(customers.contents == ["bob": "/orders/1"])
            let receipt = try await store.put(Order(customer: "cid", items: []), at: "/orders/2")
            try await customers.wait(for: receipt.revision)
            #expect(customers.revision >= receipt.revision)
            #expect(customers.count == 2)
            try await store.delete("/orders/1")
            #expect(customers.contents == ["cid": "/orders/2"])
            try await store.put("elsewhere", at: "/other")
            #expect(customers.revision == store.local.revision)
            try await store.deleteAll(matching: "/*")
            #expect(customers.contents.isEmpty)
        }
    }

    @Test func `rows go with nodes that expire, move or lose their payload`() async throws {
        try await Self.withStore { store in
            let values = try await store.projection(over: "/a/**", as: Int.self) { node in
                node.value.map { (node.path, $0) }
            }
            try await store.put(0, at: "/owner")
            try await store.put(1, at: "/a/tied", keepWhile: [.path("/owner", .exists(true))])
            try await store.put(2, at: "/a/b/c")
            #expect(values.contents == ["/a/tied": 1, "/a/b/c": 2])
            try await store.delete("/owner")
            try await store.move("/a/b", to: "/a/d")
            #expect(values.contents == ["/a/d/c": 2])
            try await store.clearPayload(at: "/a/d/c")
            #expect(values.contents.isEmpty)
            #expect(values.failureCount == 0)
        }
    }

    @Test func `a node may have many rows, and gets others when it changes`() async throws {
        try await Self.withStore { store in
            let byItem = try await store.projection(
                over: "/orders/*", as: Order.self,
                rows: { node in
                    (node.value?.items ?? []).map { (key: $0, row: node.value?.customer ?? "") }
                })
            try await store.put(Order(customer: "ann", items: ["oak", "ash"]), at: "/orders/1")
            #expect(byItem.contents == ["oak": "ann", "ash": "ann"])
            try await store.put(Order(customer: "ann", items: ["ash", "elm"]), at: "/orders/1")
            #expect(byItem.contents == ["ash": "ann", "elm": "ann"])
        }
    }

    @Test func `of equal keys the rule chooses, and the next row follows`() async throws {
        try await Self.withStore { store in
            let first = try await Self.byCustomer(store)
            let last = try await Self.byCustomer(store, rule: .lastModified)
            for number in [2, 3, 1] {
                try await store.put(
                    Order(customer: "ann", items: []), at: "/orders/\(number)")
            }
            #expect(first["ann"] == "/orders/1" && first.conflictCount == 1)
            #expect(last["ann"] == "/orders/1")
            try await store.put(Order(customer: "ann", items: ["oak"]), at: "/orders/3")
            #expect(first["ann"] == "/orders/1")
            #expect(last["ann"] == "/orders/3")
            try await store.delete("/orders/3")
            try await store.delete("/orders/1")
            for projection in [first, last] {
                #expect(projection.contents == ["ann": "/orders/2"])
                #expect(projection.conflictCount == 0)
            }
        }
    }

    @Test func `a node the function fails for has no row, and is counted`() async throws {
        struct Unwanted: Error {}
        try await Self.withStore { store in
            try await store.put("no number", at: "/n/1")
            let values = try await store.projection(over: "/n/*", as: Int.self) { node in
                guard node.value != 13 else { throw Unwanted() }
                return node.value.map { ($0 % 10, node.path) }
            }
            #expect(values.failureCount == 1)
            #expect(values.lastFailure?.code == .valueCoding)
            try await store.put(13, at: "/n/2")
            #expect(values.failureCount == 2)
            #expect(values.lastFailure?.path == "/n/2")
            try await store.put(14, at: "/n/2")
            #expect(values.contents == [4: "/n/2"])

            let twice = try await store.projection(
                over: "/n/*", as: Payload.self, rows: { node in [("key", 1), ("key", 2)] })
            #expect(twice.contents == ["key": 2])
            #expect(twice.failureCount == 2)
            #expect(twice.lastFailure?.code == .invalidOperation)
        }
    }

    @Test func `a pattern that cannot be followed is refused`() async throws {
        try await Self.withStore { store in
            let pattern = TreePattern(
                components: [.all([.anyName, .hasPayload(true)]), .anyName])
            await expectError(.invalidOperation) {
                try await store.projection(over: pattern, as: Int.self) { ($0.path, $0.value) }
            }
        }
    }

    @Test func `one that nobody holds is kept up to date no more`() async throws {
        try await Self.withStore { store in
            let calls = Counter()
            var values: Projection<TreePath, Int>? = try await store.projection(
                over: "/*", as: Int.self
            ) { node in
                calls.add()
                return node.value.map { (node.path, $0) }
            }
            try await store.put(1, at: "/a")
            #expect(values?["/a"] == 1)
            values = nil
            try await store.put(2, at: "/a")
            #expect(calls.count == 1)
        }
    }
}

/// Counts calls.
private final class Counter: Sendable {
    private let value = Lock(0)

    var count: Int { value.withLock { $0 } }

    func add() { value.withLock { $0 += 1 } }
}
