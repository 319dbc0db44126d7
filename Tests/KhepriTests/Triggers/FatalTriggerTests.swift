import Foundation
import KhepriTree
import RaftRuntime
import TestSupport
import Testing

@testable import Khepri

/// Handlers that end their process, as a trap does.
@Suite("Triggers whose handlers end the process") struct FatalTriggerTests {
    private static func trigger(_ handle: @escaping @Sendable (TreePath) -> Void) -> Trigger {
        Trigger("t", matching: "/a/*", attempts: Trigger.Attempts(maximum: 2)) { change in
            handle(change.path)
        }
    }

    /// Runs the trigger until it has dealt with everything.
    private static func run(_ store: TreeStore) async throws -> TriggerStatus {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.runTriggers() }
            defer { group.cancelAll() }
            var changes = store.changes(matching: "/.khepri/triggers/**", since: .current)
                .makeAsyncIterator()
            while true {
                let status = try #require(try store.triggers().first)
                if status.lag == 0, !status.parked.contains(where: \.isDue) { return status }
                _ = try await changes.next()
            }
        }
    }

    @Test func `a change that has ended several leaders is parked, and the next ones are handled`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            var store = try await TreeStore.open(at: directory)
            try await store.register(Self.trigger { _ in })
            for name in ["bad", "1", "2"] { try await store.put(name, at: "/a/\(name)") }
            try await store.close()
            for _ in 0..<2 {
                await #expect(processExitsWith: .exitCode(7)) { [directory = directory as String] in
                    let store = try await TreeStore.open(at: directory)
                    try await store.register(Self.trigger { _ in exit(7) })
                    _ = try await Self.run(store)
                }
            }

            let called = Lock<[TreePath]>([])
            store = try await TreeStore.open(at: directory)
            try await store.register(
                Self.trigger { path in called.withLock { $0.append(path) } })
            let status = try await Self.run(store)
            #expect(called.withLock { $0 } == ["/a/1", "/a/2"])
            #expect(status.parked.map(\.path) == ["/a/bad"])
            #expect(status.parked.map(\.failureCount) == [2])
            #expect(status.parked[0].failure.contains("2 leaders in a row"))

            try await store.retryParked(status.parked[0].id, of: "t")
            #expect(try await Self.run(store).parked.isEmpty)
            #expect(called.withLock { $0 } == ["/a/1", "/a/2", "/a/bad"])
            try await store.close()
        }
    }
}
