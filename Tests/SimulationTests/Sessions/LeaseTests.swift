import Khepri
import KhepriTree
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// Leases of a store that is alone.
@Suite("Leases") struct LeaseTests {
    private func run(_ body: @escaping @Sendable (TreeStore) async throws -> Void) throws {
        let world = SimulatedWorld(seed: 1)
        let host = world.addHost()
        try world.run {
            let store = try await host.openStore()
            try await body(store)
            store.checkInvariants()
            try? await store.close()
        }
    }

    private static func expectRefusal<Value>(_ write: () async throws -> Value) async {
        let error = await #expect(throws: StoreError.self) { _ = try await write() }
        #expect(error?.code == .keepWhileConditionFailed)
    }

    @Test func `a lease lives while its object does, and its nodes go with it`() throws {
        try run { store in
            do {
                let lease = try await store.lease(timeToLive: .seconds(1))
                try await store.put(1, at: "/a/b", keepWhile: [.lease(lease)])
                await StoreCluster.pause(store, .seconds(60))
                #expect(lease.isAlive)
            }
            #expect(store.local.exists("/a/b"))
            await StoreCluster.pause(store, .seconds(2))
            #expect(!store.local.exists("/a"))
        }
    }

    /// Its holder may be gone, and then nobody speaks for it.
    @Test func `where a backup is restored a lease has its whole time, and then its nodes go`()
        throws
    {
        let world = SimulatedWorld(seed: 1)
        let host = world.addHost()
        try world.run {
            let store = try await host.openStore()
            let lease = try await store.lease(timeToLive: .seconds(10))
            try await store.put(1, at: "/a", keepWhile: [.lease(lease)])
            try await store.put(1, at: "/b")
            await StoreCluster.pause(store, .seconds(8))
            try await store.backup(to: "/backup")
            try await store.close()
            _ = try await StoreHost.restore(
                [BackupSelection(file: "/backup")], to: "/target", environment: host.environment)
            let restored = try await TreeStore.open(
                at: "/target", configuration: .small, environment: host.environment)
            await StoreCluster.pause(restored, .seconds(9))
            #expect(restored.local.exists("/a"))
            await StoreCluster.pause(restored, .seconds(2))
            #expect(!restored.local.exists("/a") && restored.local.exists("/b"))
            restored.checkInvariants()
            try await restored.close()
        }
    }

    @Test func `it costs no writes to keep a lease`() throws {
        try run { store in
            let lease = try await store.lease(timeToLive: .seconds(1))
            let revision = store.local.revision
            await StoreCluster.pause(store, .seconds(60))
            #expect(lease.isAlive)
            #expect(store.local.revision == revision)
        }
    }

    @Test func `the nodes of a revoked lease are gone when that returns`() throws {
        try run { store in
            let lease = try await store.lease(timeToLive: .seconds(10))
            let other = try await store.lease(timeToLive: .seconds(10))
            try await store.transaction { transaction in
                for path: TreePath in ["/a", "/b"] {
                    try transaction.put(1, at: path, keepWhile: [.lease(lease)])
                }
                try transaction.put(1, at: "/c", keepWhile: [.lease(other)])
            }
            async let end: Void = lease.ended()
            let changes = store.changes(matching: "/*")
            try await lease.revoke()
            await end
            #expect(!lease.isAlive)
            #expect(try await store.count(matching: "/*") == 1)
            var reader = changes.makeAsyncIterator()
            let gone = [try await reader.next(), try await reader.next()].compactMap(\.self)
            #expect(gone.map(\.path) == ["/a", "/b"])
            #expect(gone.map(\.kind) == [.deleted, .deleted])
            #expect(gone[0].revision == gone[1].revision)
            try await lease.revoke()
            #expect(other.isAlive)
        }
    }

    @Test func `a write under a lease that has ended is refused`() throws {
        try run { store in
            let lease = try await store.lease(timeToLive: .seconds(1))
            try await lease.revoke()
            await Self.expectRefusal {
                try await store.put(1, at: "/a", keepWhile: [.lease(lease)])
            }
            await Self.expectRefusal {
                try await store.transaction {
                    try $0.put(1, at: "/a", keepWhile: [.lease(lease)])
                }
            }
            #expect(!store.local.exists("/a"))
        }
    }

    @Test(arguments: [
        (Duration.milliseconds(999), false), (.seconds(1), true), (.seconds(86_400), true),
        (.seconds(86_400) + .nanoseconds(1), false), (.zero, false), (.seconds(-1), false),
    ]) func `a time to live is a second to a day`(time: Duration, isGood: Bool) throws {
        try run { store in
            do {
                let lease = try await store.lease(timeToLive: time)
                #expect(isGood && lease.isAlive)
            } catch StoreError.Code.invalidOperation {
                #expect(!isGood)
            }
        }
    }

    @Test func `a lease of a process that is gone ends in its time`() throws {
        let world = SimulatedWorld(seed: 1)
        let host = world.addHost()
        try world.run {
            let store = try await host.openStore()
            let lease = try await store.lease(timeToLive: .seconds(5))
            try await store.put(1, at: "/a", keepWhile: [.lease(lease)])
            async let end: Void = lease.ended()
            try await store.close()
            await end
            #expect(!lease.isAlive)
            let again = try await host.openStore()
            await StoreCluster.pause(again, .seconds(4))
            #expect(again.local.exists("/a"), "a new leader gives it its whole time")
            await StoreCluster.pause(again, .seconds(2))
            #expect(!again.local.exists("/a"))
            try await again.close()
        }
    }

    @Test func `who waits for an end can be cancelled`() throws {
        try run { store in
            let lease = try await store.lease(timeToLive: .seconds(1))
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await lease.ended() }
                group.cancelAll()
            }
            #expect(lease.isAlive)
        }
    }
}
