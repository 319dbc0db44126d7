import Foundation
import Khepri
import Testing

@Suite("A store") struct TreeStoreTests {
    struct Supplier: Codable, Equatable {
        var name: String
        var since: Date
        var tags: [String]
    }

    @Test func `a value that was put is read back`() async throws {
        let store = try await TreeStore.inMemory()
        let receipt = try await store.put(150, at: "/stock/wood/oak")
        #expect(receipt.payloadVersion == 1)
        #expect(receipt.modifiedRevision == receipt.revision)
        #expect(try await store.get("/stock/wood/oak", as: Int.self) == 150)
        #expect(try store.local.get("/stock/wood/oak", as: Int.self) == 150)
        try await store.close()
    }

    @Test func `any Codable value comes back as it was`() async throws {
        let store = try await TreeStore.inMemory()
        let supplier = Supplier(
            name: "Oak & Co", since: Date(timeIntervalSince1970: 1_700_000_000),
            tags: ["é", "e\u{301}"])
        try await store.put(supplier, at: "/suppliers/oak")
        #expect(try await store.get("/suppliers/oak", as: Supplier.self) == supplier)
        try await store.close()
    }

    @Test func `a missing node is nil, a value of another type an error`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put("text", at: "/a")
        #expect(try await store.get("/nothing", as: Int.self) == nil)
        await expectError(.valueCoding) { try await store.get("/a", as: Int.self) }
        try await store.close()
    }

    @Test func `an error of a value says where inside it`() async throws {
        struct Shelf: Codable {
            var boards: [Board]
        }
        struct Board: Codable {
            var name: String
            var width: Double
        }
        let store = try await TreeStore.inMemory()
        try await store.put(["boards": [["name": 1]]], at: "/a")
        let kind = await expectError(.valueCoding) { try await store.get("/a", as: Shelf.self) }
        #expect(
            kind?.message
                == "the value is no Shelf: expected a text string, found an unsigned integer, at boards[0].name"
        )
        try await store.put(["boards": [["name": "oak"]]], at: "/a")
        let gap = await expectError(.valueCoding) { try await store.get("/a", as: Shelf.self) }
        #expect(
            gap?.message
                == "the value is no Shelf: expected a value, found none, at boards[0].width")
        let whole = await expectError(.valueCoding) { try await store.get("/a", as: Int.self) }
        #expect(whole?.message == "the value is no Int: expected an integer, found a map")
        let date = await expectError(.valueCoding) {
            try await store.put(Date.now + 1e12, at: "/a")
        }
        #expect(
            date?.message
                == "cannot write the Date: expected a date in the years 0000 to 9999")
        try await store.close()
    }

    @Test func `a condition on a write is kept`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/a", if: .absent)
        await expectError(.conditionFailed) { try await store.put(2, at: "/a", if: .absent) }
        try await store.put(2, at: "/a", if: .payloadVersion(1))
        await expectError(.conditionFailed) {
            try await store.put(3, at: "/a", if: .payloadVersion(1))
        }
        await expectError(.nodeNotFound) { try await store.update(1, at: "/nothing") }
        try await store.compareAndSwap(2, with: 7, at: "/a")
        await expectError(.conditionFailed) {
            try await store.compareAndSwap(2, with: 8, at: "/a")
        }
        #expect(try await store.get("/a", as: Int.self) == 7)
        try await store.close()
    }

    @Test func `a value of any shape is swapped if it equals the expected one`() async throws {
        let store = try await TreeStore.inMemory()
        let oak = Supplier(name: "Oak", since: Date(timeIntervalSince1970: 0.5), tags: ["a", "b"])
        var other = oak
        other.tags = ["a"]
        try await store.put(oak, at: "/supplier")
        await expectError(.conditionFailed) {
            try await store.compareAndSwap(other, with: oak, at: "/supplier")
        }
        try await store.compareAndSwap(oak, with: other, at: "/supplier")
        #expect(try await store.get("/supplier", as: Supplier.self) == other)
        try await store.put(["a": [1, 2], "b": []], at: "/map")
        await expectError(.conditionFailed) {
            try await store.compareAndSwap(["a": [1, 2]], with: [:], at: "/map")
        }
        try await store.compareAndSwap(["b": [], "a": [1, 2]], with: ["a": [1.0]], at: "/map")
        try await store.compareAndSwap(["a": [1]], with: ["a": [2]], at: "/map")
        #expect(try await store.get("/map", as: [String: [Int]].self) == ["a": [2]])
        try await store.close()
    }

    @Test func `conditional writes on the root work`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/", if: .exists(true))
        await expectError(.conditionFailed) { try await store.put(2, at: "/", if: .absent) }
        try await store.compareAndSwap(1, with: 3, at: "/")
        #expect(try await store.get("/", as: Int.self) == 3)
        try await store.close()
    }

    @Test func `a batch is applied as a whole or not at all`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/a")
        let revision = try await store.batch { batch in
            try batch.put(2, at: "/a")
            try batch.put(3, at: "/b")
        }
        let node = try #require(try await store.node(at: "/b", as: Int.self))
        #expect(node.createdRevision == revision)
        await expectError(.aborted) {
            try await store.batch { batch in
                try batch.put(9, at: "/a")
                try batch.put(9, at: "/b", if: .absent)
            }
        }
        #expect(try await store.get("/a", as: Int.self) == 2)
        try await store.close()
    }

    @MainActor @Test func `a batch is made on the caller's actor, of what is only there`()
        async throws
    {
        final class Basket {
            var items = ["ash", "oak"]
        }
        let store = try await TreeStore.inMemory()
        let basket = Basket()
        try await store.batch { batch in
            MainActor.assertIsolated()
            for item in basket.items { try batch.put(1, at: "/\(item)") }
            basket.items = []
        }
        #expect(try await store.count(matching: "/*") == 2)
        #expect(basket.items.isEmpty)
        try await store.close()
    }

    @Test func `a closed or deleted store answers nothing any more`() async throws {
        let host = try StoreHost.inMemory()
        let (kept, deleted) = (try await host.store("kept"), try await host.store("deleted"))
        try await kept.put(1, at: "/a")
        try await deleted.put(1, at: "/a")
        func expectEnd(of store: TreeStore, _ code: StoreError.Code) async {
            await expectError(code) { _ = try await store.get("/a", as: Int.self) }
            await expectError(code) { _ = try await store.exists("/a") }
            await expectError(code) { _ = try await store.nodes(matching: "/*", as: Int.self) }
            await expectError(code) {
                try await store.transaction { _ = try $0.get("/a", as: Int.self) }
            }
            await expectError(code) {
                _ = try await store.projection(over: "/*", as: Int.self) { ($0.path, 1) }
            }
        }
        try await host.deleteStore("deleted")
        await expectEnd(of: deleted, .storeNotFound)
        #expect(try await kept.get("/a", as: Int.self) == 1)
        try await host.close()
        await expectEnd(of: kept, .closed)
        await expectEnd(of: deleted, .storeNotFound)
        #expect(try kept.local.get("/a", as: Int.self) == 1, "what was taken from it is there")
    }

    @Test func `deleting tells what is gone, and what went with it`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/users/alice")
        try await store.put(2, at: "/sessions/1", keepWhile: [.path("/users/alice", .exists(true))])
        let receipt = try await store.delete("/users/alice")
        #expect(receipt.deleted == ["/users/alice"])
        #expect(receipt.expired.contains("/sessions/1"))
        #expect(try await store.count(matching: "/**") == 0)
        #expect(try await store.delete("/users/alice").deleted.isEmpty)
        try await store.close()
    }

    @Test(arguments: [
        (KeepWhileEntry.path("/user", .exists(true)), "/user"),
        (.parent(.hasPayload(true)), "/sessions"),
        (.pattern("/users/*", .exists(true)), "/users/*"),
    ])
    func `a condition to keep a node that does not hold is named`(
        entry: KeepWhileEntry, place: String
    ) async throws {
        let store = try await TreeStore.inMemory()
        let error = await expectError(.keepWhileConditionFailed) {
            try await store.put(
                1, at: "/sessions/1", keepWhile: [.path("/", .exists(true)), entry])
        }
        #expect(
            error?.message
                == "expected the keep-while condition on \(place) to hold, found that it does not")
        #expect(error?.path == "/sessions/1")
        try await store.close()
    }

    @Test func `listings are in the order of bytes and can be paged`() async throws {
        let store = try await TreeStore.inMemory()
        for name in ["b", "a", "é", "e\u{301}", "B"] { try await store.put(name, at: "/x/\(name)") }
        let all = try await store.nodes(matching: "/x/*", as: String.self)
        #expect(all.compactMap(\.value) == ["B", "a", "b", "e\u{301}", "é"])
        #expect(all.count == 5)
        var paged: [Node<String>] = []
        while true {
            let page = try await store.nodes(
                matching: "/x/*", as: String.self, after: paged.last?.path, limit: 2)
            paged += page
            if page.count < 2 { break }
        }
        #expect(paged == all)
        try await store.close()
    }

    @Test func `a view does not change`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/a")
        let view = store.view
        try await store.put(2, at: "/a")
        try await store.put(3, at: "/b")
        #expect(try view.get("/a", as: Int.self) == 1)
        #expect(!view.exists("/b"))
        #expect(store.view.revision > view.revision)
        try await store.close()
    }

    @Test func `a subtree is copied and moved`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/a/b/c")
        try await store.copy("/a", to: "/x")
        try await store.move("/a/b", to: "/y")
        #expect(try await store.get("/x/b/c", as: Int.self) == 1)
        #expect(try await store.get("/y/c", as: Int.self) == 1)
        #expect(!(try await store.exists("/a/b")))
        await expectError(.invalidOperation) { try await store.copy("/x", to: "/x/b/z") }
        try await store.close()
    }

    @Test func `a value over the limit is refused and names the limit`() async throws {
        let store = try await TreeStore.inMemory()
        let value = [UInt8](repeating: 1, count: 1 << 20)
        await expectError(.valueCoding) { try await store.put(value, at: "/a") }
        try await store.put([UInt8](repeating: 1, count: (1 << 20) - 5), at: "/a")
        try await store.close()
    }

    @Test func `after close every operation says so`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/a")
        try await store.close()
        try await store.close()
        await expectError(.closed) { try await store.put(2, at: "/a") }
        await expectError(.closed) {
            try await store.get("/a", as: Int.self, consistency: .linearizable)
        }
    }

    @Test func `reads of every consistency see a write that returned`() async throws {
        let store = try await TreeStore.inMemory()
        let receipt = try await store.put(1, at: "/a")
        #expect(try await store.get("/a", as: Int.self, consistency: .linearizable) == 1)
        let consistency = ReadConsistency.atLeast(receipt.revision)
        #expect(try await store.get("/a", as: Int.self, consistency: consistency) == 1)
        try await store.close()
    }

    @Test func `a revision that never comes ends with a timeout`() async throws {
        let store = try await TreeStore.inMemory()
        await expectError(.timeout) {
            try await store.get(
                "/a", as: Int.self, consistency: .atLeast(Revision(1 << 40)),
                timeout: .milliseconds(20))
        }
        try await store.close()
    }

    @Test func `ten thousand writes are the limit of a batch`() async throws {
        let store = try await TreeStore.inMemory()
        let limit = TreeLimits.transactionOperationsMaximum
        func put(_ count: Int) async throws {
            try await store.batch { batch in
                for number in 0..<count { try batch.put(number, at: "/\(number)") }
            }
        }
        try await put(limit)
        #expect(store.statistics.nodeCount == limit + 1)
        let error = try #require(
            await #expect(throws: StoreError.self) { try await put(limit + 1) })
        #expect(error.code == .invalidOperation)
        #expect(error.message.contains("expected at most 10000 operations, found 10001"))
    }
}
