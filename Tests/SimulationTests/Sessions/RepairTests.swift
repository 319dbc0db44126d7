import Khepri
import KhepriTree
import RaftRuntime
import RaftStorage
import SimulationKit
import TestSupport
import Testing

/// One of three members finds its files damaged, and the others repair it.
@Suite("Repair of a damaged member") struct RepairTests {
    /// Three hosts with two stores, of which the first leads both; the third is closed.
    private static func found(_ cluster: StoreCluster) async throws -> [StoreHost] {
        let hosts = try await cluster.foundHosts()
        for number in 0..<40 {
            try await hosts[0].store().put(number, at: "/n/\(number)")
            try await hosts[0].store("shop").put(number, at: "/n/\(number)")
        }
        for name in ["default", "shop"] {
            _ = try await ClusterStoresTests.level(name, on: hosts, cluster)
        }
        try await hosts[2].close()
        return hosts
    }

    /// Flips a bit of what the newest segment holds.
    private static func flip(_ machine: SimulatedHost, _ random: inout SeededRandom) {
        guard let path = machine.disk.paths.filter({ $0.contains("/log/wal-") }).max() else {
            return
        }
        var bytes = machine.disk.contents(of: path)
        let used = (bytes.lastIndex { $0 != 0 } ?? 0) - 4096
        // Well before the end: a batch that others follow.
        bytes[4096 + random.number(below: used / 2)] ^= 1 << UInt8(random.number(below: 8))
        machine.disk.replaceContents(of: path, with: bytes)
    }

    private static func expectLevel(
        _ hosts: [StoreHost], _ cluster: StoreCluster
    ) async throws {
        for name in ["default", "shop"] {
            let stores = try await ClusterStoresTests.level(name, on: hosts, cluster)
            for store in stores {
                try await cluster.wait(store) {
                    store.cluster.members.count == 3
                        && store.cluster.members.allSatisfy { $0.role == .voter }
                }
            }
            for number in 0..<40 {
                #expect(try stores[2].local.get("/n/\(number)", as: Int.self) == number)
            }
        }
    }

    @Test(arguments: TestRuns.seeds(usually: 12))
    func `a member with a flipped bit in its log is emptied and filled again`(seed: UInt64) throws {
        let cluster = StoreCluster(seed: seed)
        try cluster.world.run {
            var random = SeededRandom(seed: seed)
            var hosts = try await Self.found(cluster)
            let machine = cluster.machine(2)
            let former = try await hosts[0].store().cluster.members.first { $0.name == "c" }?.id
            Self.flip(machine, &random)
            let damaged = machine.disk.paths.filter { $0.contains("/log/wal-") }
                .map { machine.disk.contents(of: $0) }

            // Alone it must not do anything with them, and says what to do.
            do {
                _ = try await cluster.open(2)
                Issue.record("expected that damage is found")
            } catch let error as StoreError {
                #expect(error.code == .corrupt)
                #expect(error.message.contains("--repair"), "\(error)")
            }
            hosts[2] = try await cluster.repair(2, hosts[0])
            try await Self.expectLevel(hosts, cluster)

            let members = try await hosts[2].store().cluster.members
            #expect(members.map(\.name) == StoreCluster.names)
            #expect(!members.contains { $0.id == former })
            let kept = machine.disk.paths.filter { $0.contains("/quarantine-1/log/wal-") }
                .map { machine.disk.contents(of: $0) }
            #expect(kept == damaged)

            // Repaired, it is opened as it is.
            try await hosts[2].close()
            hosts[2] = try await cluster.repair(2, hosts[0])
            try await Self.expectLevel(hosts, cluster)
            #expect(!machine.disk.paths.contains { $0.contains("/quarantine-2") })
        }
    }

    @Test func `a member without the file of its log is refused, and repaired`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            var hosts = try await Self.found(cluster)
            let disk = cluster.machine(2).disk
            for path in disk.paths where path.contains("/log/wal-") { try disk.remove(path) }
            await expectStoreError(.cannotOpen) { try await cluster.open(2) }
            hosts[2] = try await cluster.repair(2, hosts[0])
            try await Self.expectLevel(hosts, cluster)
        }
    }

    @Test func `power cuts while files are put aside lose none of them`() throws {
        let seed = TestRuns.seed()
        var random = SeededRandom(seed: seed)
        let interruptions = Lock(0)
        for call in 0..<40 {
            let cluster = StoreCluster(seed: seed)
            let choice = random.next()
            try cluster.world.run {
                var random = SeededRandom(seed: choice)
                var hosts = try await Self.found(cluster)
                let machine = cluster.machine(2)
                Self.flip(machine, &random)
                let options = LogOptions(randomBits: { 7 })
                let reading = machine.disk.calls.count
                _ = try DirectoryVerifier.verify(machine.directory, disk: machine.disk)
                let first = machine.disk.calls.count * 2 - reading
                machine.disk.fail(call: first + call, with: .halt)
                // Whether that fails depends on how many calls it takes.
                _ = try? HostDirectory.quarantine(
                    machine.directory, disk: machine.disk, options: options)
                machine.cutPower { _ in random.number(below: 2) == 0 }
                // However far it came, nothing uses the directory as it is.
                do {
                    _ = try await cluster.open(2)
                    Issue.record("call \(call): expected that the directory is refused")
                } catch let error as StoreError {
                    #expect([.corrupt, .cannotOpen].contains(error.code), "\(error)")
                    if error.message.contains("interrupted") { interruptions.withLock { $0 += 1 } }
                }
                hosts[2] = try await cluster.repair(2, hosts[0])
                try await Self.expectLevel(hosts, cluster)
                #expect(
                    machine.disk.paths.contains {
                        $0.contains("/log/wal-") && $0.contains("quarantine")
                    })
            }
        }
        #expect(interruptions.withLock { $0 } > 2)
    }

    @Test func `a host without others is refused and never emptied`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let host = try await cluster.open(0)
            for number in 0..<40 { try await host.store().put(number, at: "/n/\(number)") }
            try await host.close()
            var random = SeededRandom(seed: 1)
            Self.flip(cluster.machine(0), &random)
            await expectStoreError(.corrupt) { try await cluster.open(0, repairing: true) }
            #expect(!cluster.machine(0).disk.paths.contains { $0.contains("quarantine") })
        }
    }
}
