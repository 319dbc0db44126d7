import Khepri
import KhepriTree
import RaftStorage
import SimulationKit
import TestSupport
import Testing

/// A backup and a restore, cut short at every call to the disk.
@Suite("Backups under power cuts and failures") struct RestorePowerCutTests {
    /// The disk of a machine with a store and a backup of it; nothing runs.
    private static func makeDisk(_ seed: UInt64) throws -> SimulatedDisk {
        let world = SimulatedWorld(seed: seed)
        let host = world.addHost()
        try world.run {
            let store = try await TreeStore.open(
                at: host.directory, configuration: .small, environment: host.smallEnvironment)
            for number in 0..<20 { try await store.put(number, at: "/n/\(number)") }
            try await store.backup(to: "/backup")
            try await store.close()
        }
        return host.disk
    }

    /// A machine with a copy of a disk.
    private static func world(_ disk: SimulatedDisk) -> (SimulatedWorld, SimulatedHost) {
        let world = SimulatedWorld(seed: 1)
        return (world, world.addHost(disk: disk.copy()))
    }

    private static func restore(_ world: SimulatedWorld, _ host: SimulatedHost) throws {
        try world.run {
            _ = try await StoreHost.restore(
                [BackupSelection(file: "/backup")], to: "/target",
                environment: host.smallEnvironment)
        }
    }

    /// Checks that the restored store is whole.
    private static func check(_ world: SimulatedWorld, _ host: SimulatedHost) throws {
        try world.run {
            let store = try await TreeStore.open(
                at: "/target", configuration: .small, environment: host.smallEnvironment)
            for number in 0..<20 {
                #expect(try store.local.get("/n/\(number)", as: Int.self) == number)
            }
            store.checkInvariants()
            try await store.close()
        }
    }

    /// How many calls to the disk a restore makes.
    private static func callCount(_ disk: SimulatedDisk) throws -> Int {
        let (world, host) = world(disk)
        let before = host.disk.calls.count
        try restore(world, host)
        let count = host.disk.calls.count - before
        try check(world, host)
        return count
    }

    @Test func `after a cut a restore is done, or can be done again, and is never half there`()
        throws
    {
        let seed = TestRuns.seed()
        let disk = try Self.makeDisk(seed)
        let callCount = try Self.callCount(disk)
        #expect(callCount > 20)
        var random = SeededRandom(seed: seed)
        var (done, refused) = (0, 0)
        for call in 0..<callCount {
            let (world, host) = Self.world(disk)
            host.disk.fail(call: host.disk.calls.count + call, with: .halt)
            #expect(throws: (any Error).self) { try Self.restore(world, host) }
            host.cutPower { _ in random.number(below: 2) == 0 }
            do {
                try Self.restore(world, host)
            } catch StoreError.Code.alreadyExists {
                done += 1
            }
            try Self.check(world, host)
            let (again, other) = Self.world(disk)
            other.disk.fail(call: other.disk.calls.count + call, with: .halt)
            #expect(throws: (any Error).self) { try Self.restore(again, other) }
            other.cutPower { _ in random.number(below: 2) == 0 }
            guard other.disk.contents(of: "/target/identity").isEmpty == false else { continue }
            // Whoever opens the directory sees everything, or is told to restore again.
            do {
                try Self.check(again, other)
            } catch StoreError.Code.cannotOpen {
                refused += 1
            }
        }
        #expect(done > 0 && refused > 0, "\(done), \(refused)")
    }

    @Test func `after a failed call a restore says so and can be done again`() throws {
        let seed = TestRuns.seed()
        let disk = try Self.makeDisk(seed)
        for call in 0..<(try Self.callCount(disk)) {
            let (world, host) = Self.world(disk)
            host.disk.fail(call: host.disk.calls.count + call, with: .error(DiskFault.noSpace))
            do {
                try Self.restore(world, host)
            } catch let error as StoreError {
                #expect(!error.message.isEmpty)
                do { try Self.restore(world, host) } catch StoreError.Code.alreadyExists {}
            }
            try Self.check(world, host)
        }
    }

    @Test func `a backup that is cut short leaves no file of its name, or a whole one`() throws {
        let seed = TestRuns.seed()
        var random = SeededRandom(seed: seed)
        func backUp(_ world: SimulatedWorld, _ host: SimulatedHost, _ file: String) throws {
            try world.run {
                let store = try await TreeStore.open(
                    at: host.directory, configuration: .small, environment: host.smallEnvironment)
                try await store.backup(to: file)
            }
        }
        let disk = try Self.makeDisk(seed)
        let (world, host) = Self.world(disk)
        let before = host.disk.calls.count
        try backUp(world, host, "/second")
        let callCount = host.disk.calls.count - before
        for call in 0..<callCount {
            let (world, host) = Self.world(disk)
            host.disk.fail(call: host.disk.calls.count + call, with: .halt)
            try? backUp(world, host, "/second")
            host.cutPower { _ in random.number(below: 2) == 0 }
            if try host.disk.kind(of: "/second") != .missing {
                _ = try BackupFile.load("/second", on: host.disk)
            }
            try backUp(world, host, "/third")
        }
    }
}

extension SimulatedHost {
    /// Files of the log that are quickly made.
    fileprivate var smallEnvironment: HostEnvironment {
        var environment = environment
        environment.adjust = { log, _ in
            log.minimumSegmentBytes = 16 << 10
            log.maximumSegmentBytes = 32 << 10
        }
        return environment
    }
}
