import Khepri
import Logging
import ServiceLifecycle
import Testing

@Suite("A store as a service") struct StoreServiceTests {
    @Test func `a graceful shutdown carries through what was accepted and refuses the rest`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let store = try await TreeStore.open(at: directory + "/store")
            let services = ServiceGroup(
                services: [store], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            async let running: Void = services.run()
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<4 {
                    group.addTask { try await Self.write(as: writer, to: store, until: services) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await running
            #expect(counts.allSatisfy { $0 > 0 })
            await expectError(.closed) { try await store.put(1, at: "/late") }

            let again = try await TreeStore.open(at: directory + "/store")
            #expect(try await again.count(matching: "/*/*") == counts.reduce(0, +))
            try await again.close()
        }
    }

    @Test func `a service that is cancelled closes its store`() async throws {
        let store = try await TreeStore.inMemory()
        try await store.put(1, at: "/a")
        let running = Task { try await store.run() }
        running.cancel()
        try await running.value
        await expectError(.closed) { try await store.put(2, at: "/a") }
    }

    /// Puts nodes one after the other until the store is closed; the first writer asks for that.
    ///
    /// - Returns: how many puts were acknowledged: none may be lost, and no other be there.
    private static func write(
        as writer: Int, to store: TreeStore, until services: ServiceGroup
    ) async throws -> Int {
        var acknowledged = 0
        while acknowledged < 10_000 {
            if writer == 0, acknowledged == 50 { await services.triggerGracefulShutdown() }
            do {
                try await store.put(acknowledged, at: "/\(String(writer))/\(String(acknowledged))")
                acknowledged += 1
            } catch let error as StoreError {
                #expect(error.code == .closed && !error.mayHaveBeenApplied, "\(error)")
                return acknowledged
            }
        }
        Issue.record("the store was not closed")
        return acknowledged
    }
}
