import Khepri
import RaftRuntime
import SimulationKit
import TestSupport
import Testing

/// The deletion of a store, cut short at every call to the disk.
@Suite("Power cuts while a store is deleted") struct StoreDeletionPowerCutTests {
    private static var configuration: StoreConfiguration {
        var configuration = StoreConfiguration.small
        configuration.snapshotLogBytesMinimum = 512
        return configuration
    }

    /// A machine with two stores that have snapshots, open.
    private static func open(
        _ host: SimulatedHost
    ) async throws -> (host: StoreHost, stores: [TreeStore]) {
        let opened = try await StoreHost.open(
            at: host.directory, configuration: configuration, environment: host.environment)
        return (opened, [try await opened.store(), try await opened.store("other")])
    }

    /// Fills both, deletes one, and lets the power fail at a call after the deletion began.
    ///
    /// - Returns: How many calls the deletion took, and whether it was acknowledged.
    private static func delete(
        _ world: SimulatedWorld, _ host: SimulatedHost, failingAt call: Int?
    ) throws -> (callCount: Int, isDeleted: Bool) {
        let counts = Lock((callCount: 0, isDeleted: false))
        try world.run {
            let (opened, stores) = try await open(host)
            for number in 0..<60 {
                for store in stores { try await store.put(number, at: "/n/\(number)") }
            }
            let before = host.disk.calls.count
            if let call { host.disk.fail(call: before + call, with: .halt) }
            let isDeleted = (try? await opened.deleteStore("other")) != nil
            // The snapshots go after that.
            try? await opened.close()
            let callCount = host.disk.calls.count - before
            counts.withLock { $0 = (callCount, isDeleted) }
        }
        return counts.withLock { $0 }
    }

    @Test func `after a cut the store is whole or gone, and an acknowledged deletion stays`() throws
    {
        let seed = TestRuns.seed()
        var random = SeededRandom(seed: seed)
        let world = SimulatedWorld(seed: seed)
        let whole = try Self.delete(world, world.addHost(), failingAt: nil)
        #expect(whole.isDeleted)
        for call in 0..<whole.callCount {
            let world = SimulatedWorld(seed: seed)
            let host = world.addHost()
            let (_, isDeleted) = try Self.delete(world, host, failingAt: call)
            var choice = SeededRandom(seed: random.next())
            host.cutPower { _ in choice.number(below: 2) == 0 }
            try world.run {
                let opened = try await StoreHost.open(
                    at: host.directory, configuration: Self.configuration,
                    environment: host.environment)
                let isThere = opened.storeNames.contains("other")
                #expect(!(isThere && isDeleted), "call \(call)")
                let stores = [try await opened.store(), try await opened.store("other")]
                let expected = isThere ? 59 : nil
                #expect(try stores[0].local.get("/n/59", as: Int.self) == 59)
                #expect(try stores[1].local.get("/n/59", as: Int.self) == expected, "call \(call)")
                for store in stores { store.checkInvariants() }
                try await opened.close()
            }
        }
    }
}
