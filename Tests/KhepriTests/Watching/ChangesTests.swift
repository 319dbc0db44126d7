import CBOR
import Khepri
import Testing

@Suite("Watching changes")
struct ChangesTests {
    /// A change in one line.
    private func line(_ change: TreeChange) throws -> String {
        let values = [try change.old(as: Int.self)?.value, try change.value(as: Int.self)]
        let text = values.map { $0.map(String.init) ?? "-" }
        return "\(change.kind) \(change.path) \(text[0]) \(text[1])"
    }

    /// The next changes, in a line each.
    private func next(
        _ count: Int, _ iterator: inout TreeChanges.AsyncIterator
    ) async throws -> [String] {
        var lines: [String] = []
        for _ in 0..<count {
            guard let change = try await iterator.next() else { return lines + ["end"] }
            lines.append(try line(change))
        }
        return lines
    }

    @Test func `each change is told with what was before and what is now`() async throws {
        let store = try await TreeStore.inMemory()
        var reader = store.changes(matching: "/stock/**").makeAsyncIterator()
        try await store.put(1, at: "/stock/wood/oak")
        try await store.put(2, at: "/stock/wood/oak")
        try await store.put(2, at: "/stock/wood/oak")
        try await store.put(9, at: "/other")
        try await store.clearPayload(at: "/stock/wood/oak")
        try await store.delete("/stock/wood")
        #expect(
            try await next(6, &reader) == [
                "created /stock/wood - -", "created /stock/wood/oak - 1",
                "updated /stock/wood/oak 1 2", "updated /stock/wood/oak 2 -",
                "deleted /stock/wood - -", "deleted /stock/wood/oak - -",
            ])
        try await store.close()
        #expect(try await next(1, &reader) == ["end"])
    }

    @Test func `what is there comes first, and nothing is missed behind it`() async throws {
        let store = try await TreeStore.inMemory()
        for number in 0..<600 { try await store.put(number, at: "/a/\(number)") }
        var reader = store.changes(matching: "/a/*", since: .current).makeAsyncIterator()
        try await store.put(-1, at: "/a/early")
        var present: Set<Int> = []
        var points: [Revision?] = []
        while present.count < 601, let change = try await reader.next() {
            #expect(change.kind == .present)
            present.insert(try #require(try change.value(as: Int.self)))
            points.append(change.resumePoint)
            if present.count == 300 { try await store.put(-2, at: "/a/late") }
        }
        #expect(present == Set(-1..<600))
        #expect(points.dropLast().allSatisfy { $0 == nil })
        #expect(points.last != .some(nil))
        #expect(try await next(1, &reader) == ["created /a/late - -2"])
    }

    @Test func `a reader goes on where another one ended, also in the middle of a command`()
        async throws
    {
        let store = try await TreeStore.inMemory()
        try await store.put(0, at: "/a")
        let start = store.local.revision
        try await store.batch { batch in
            for number in 1...3 { try batch.put(number, at: "/b/\(number)") }
        }
        try await store.put(4, at: "/b/4")
        var (seen, point): ([String], Revision) = ([], start)
        for _ in 0..<20 where seen.count < 4 {
            // Each reader deals with one change and dies.
            var reader = store.changes(matching: "/b/*", since: .revision(point))
                .makeAsyncIterator()
            var change = try #require(try await reader.next())
            while seen.contains(try line(change)) { change = try #require(try await reader.next()) }
            seen.append(try line(change))
            point = try #require(change.resumePoint)
        }
        #expect(seen == (1...4).map { "created /b/\($0) - \($0)" })
        #expect(point == store.local.revision)
    }

    @Test func `a condition on the node is met before or after the change`() async throws {
        let store = try await TreeStore.inMemory()
        let full = TreePattern("/jobs").child(where: .payloadMatches(.exactly(.unsigned(3))))
        var reader = store.changes(matching: full).makeAsyncIterator()
        for value in [1, 3, 4, 5] { try await store.put(value, at: "/jobs/a") }
        try await store.put(3, at: "/jobs/b")
        #expect(
            try await next(3, &reader) == [
                "updated /jobs/a 1 3", "updated /jobs/a 3 4", "created /jobs/b - 3",
            ])
    }

    @Test func `a node that goes with the last condition that kept it is told as well`()
        async throws
    {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/owner")
        try await store.put(2, at: "/owned", keepWhile: [.path("/owner", .exists(true))])
        var reader = store.changes(matching: "/owned").makeAsyncIterator()
        try await store.delete("/owner")
        let change = try #require(try await reader.next())
        #expect(change.kind == .deleted)
        #expect(change.deleteReason == .keepWhile)
        #expect(change.revision == store.local.revision)
    }

    @Test func `a reader that does not read loses nothing as long as the history holds it`()
        async throws
    {
        let store = try await TreeStore.inMemory()
        var reader = store.changes(matching: "/n/*").makeAsyncIterator()
        try await store.put(0, at: "/n/0")
        #expect(try await next(1, &reader) == ["created /n/0 - 0"])
        // Many more than the hub keeps for one reader.
        for start in stride(from: 0, to: 5_000, by: 1_000) {
            try await store.batch { batch in
                for number in start + 1...start + 1_000 {
                    try batch.put(number, at: "/n/\(number)")
                }
            }
        }
        var numbers: Set<String> = []
        for _ in 0..<5_000 { numbers.formUnion(try await next(1, &reader)) }
        #expect(numbers == Set((1...5_000).map { "created /n/\($0) - \($0)" }))
        try await store.put(7, at: "/n/0")
        #expect(try await next(1, &reader) == ["updated /n/0 0 7"])
    }

    @Test func `a reader that missed something is told so, and slows nobody`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(0, at: "/n")
        let start = store.local.revision
        var idle = store.changes(matching: "/m/**").makeAsyncIterator()
        for round in 0..<8 {
            try await store.batch { batch in
                for number in 0..<9_999 { try batch.put(round, at: "/m/\(number)") }
            }
        }
        for reader in [store.changes(matching: "/**", since: .revision(start)).makeAsyncIterator()]
        {
            var reader = reader
            let error = try #require(
                await #expect(throws: StoreError.self) { try await reader.next() })
            #expect(error.code == .compacted)
            #expect(error.message.contains("the history begins after revision"))
            #expect(try await reader.next() == nil)
        }
        await #expect(throws: StoreError.self) { while try await idle.next() != nil {} }
    }

    @Test func `a revision that is not there yet is waited for, and refused in the end`()
        async throws
    {
        var configuration = StoreConfiguration()
        configuration.timeout = .milliseconds(50)
        let store = try await TreeStore.inMemory(configuration: configuration)
        try await store.put(0, at: "/a")
        let next = Revision(store.local.revision.rawValue + 1)
        var early = store.changes(matching: "/*", since: .revision(next)).makeAsyncIterator()
        try await store.put(1, at: "/a")
        try await store.put(2, at: "/a")
        #expect(try await self.next(1, &early) == ["updated /a 1 2"])
        var far = store.changes(matching: "/*", since: .revision(Revision(1 << 40)))
            .makeAsyncIterator()
        let error = try #require(await #expect(throws: StoreError.self) { try await far.next() })
        #expect(error.code == .invalidOperation)
        #expect(error.message.contains("found 1099511627776"))
    }

    @Test func `a pattern that looks into the nodes above is refused`() async throws {
        let store = try await TreeStore.inMemory()
        let pattern = try TreePattern([.hasPayload(true), .anyName])
        var reader = store.changes(matching: pattern).makeAsyncIterator()
        let error = try #require(await #expect(throws: StoreError.self) { try await reader.next() })
        #expect(error.code == .invalidOperation)
        #expect(error.message.contains("names only above the last component"))
    }

    @Test func `a cancelled reader ends, and takes its place with it`() async throws {
        let store = try await TreeStore.inMemory()
        let task = Task {
            var count = 0
            for try await _ in store.changes(matching: "/**") { count += 1 }
            return count
        }
        while store.statistics.watcherCount == 0 { await Task.yield() }
        try await store.put(1, at: "/a")
        task.cancel()
        #expect(try await task.value <= 1)
        #expect(store.statistics.watcherCount == 0)
    }

    @Test func `after a restart the history is there as far as the log goes`() async throws {
        try await withTemporaryDirectory { directory in
            var store = try await TreeStore.open(at: directory + "/s")
            for number in 0..<10 { try await store.put(number, at: "/a/\(number)") }
            let point = Revision(store.local.revision.rawValue - 3)
            try await store.close()
            store = try await TreeStore.open(at: directory + "/s")
            var reader = store.changes(matching: "/a/*", since: .revision(point))
                .makeAsyncIterator()
            #expect(try await next(3, &reader) == (7...9).map { "created /a/\($0) - \($0)" })
            try await store.close()
        }
    }
}
