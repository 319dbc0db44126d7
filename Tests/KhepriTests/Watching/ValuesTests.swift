import Khepri
import Testing

@Suite("Watching values")
struct ValuesTests {
    @Test func `the present value comes first, then each one that is seen in time`() async throws {
        let store = try await TreeStore.inMemory()
        var reader = store.values(at: "/a", as: Int.self).makeAsyncIterator()
        #expect(try await reader.next() == .some(nil))
        try await store.put(1, at: "/a")
        #expect(try await reader.next() == .some(1))
        for number in 2...5 { try await store.put(number, at: "/a") }
        #expect(try await reader.next() == .some(5), "the values between are not told")
        try await store.put(6, at: "/a/child")
        try await store.delete("/a")
        #expect(try await reader.next() == .some(nil))
        try await store.close()
        #expect(try await reader.next() == nil)
    }

    @Test func `a value of another type is an error, and the next one comes all the same`()
        async throws
    {
        let store = try await TreeStore.inMemory()
        var reader = store.values(at: "/a", as: Int.self).makeAsyncIterator()
        try await store.put("text", at: "/a")
        let error = try #require(await #expect(throws: StoreError.self) { try await reader.next() })
        #expect(error.code == .valueCoding)
        try await store.put(2, at: "/a")
        #expect(try await reader.next() == .some(2))
    }

    @Test func `a reader that waits is woken by the change and by nothing else`() async throws {
        let store = try await TreeStore.inMemory()
        let task = Task {
            var seen: [Int?] = []
            for try await value in store.values(at: "/a", as: Int.self) {
                seen.append(value)
                if value == 3 { break }
            }
            return seen
        }
        while store.statistics.watcherCount == 0 { await Task.yield() }
        try await store.put(0, at: "/b")
        try await store.put(3, at: "/a")
        let seen = try await task.value
        #expect(seen == [nil, 3] || seen == [3])
        #expect(store.statistics.watcherCount == 0)
    }
}
