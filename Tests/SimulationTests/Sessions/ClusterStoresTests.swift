import Khepri
import RaftRuntime
import RaftStorage
import SimulationKit
import TestSupport
import Testing

/// Several stores, each replicated by all members.
@Suite("Stores of a cluster") struct ClusterStoresTests {
    /// Waits until a store has the same state on all hosts.
    static func level(
        _ name: String, on hosts: [StoreHost], _ cluster: StoreCluster
    ) async throws -> [TreeStore] {
        var stores: [TreeStore] = []
        for host in hosts { stores.append(try await host.store(name)) }
        let first = stores[0]
        try await cluster.wait(first) { [stores] in
            Set(stores.map(\.stateHash)).count == 1
                && Set(stores.map(\.cluster.status.appliedRevision)).count == 1
        }
        for store in stores { store.checkInvariants() }
        return stores
    }

    /// The groups that the log of a closed host holds, and the groups of its snapshots.
    static func groupCount(of machine: SimulatedHost) throws -> Int {
        let opened = try HostDirectory.open(
            machine.directory, disk: machine.disk, options: LogOptions(randomBits: { 7 }))
        try opened.host.close()
        return opened.recovered.count
    }

    @Test func `a store that one member makes is on all of them`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let hosts = try await cluster.foundHosts()
            for (number, host) in hosts.enumerated() {
                let name = "from-\(number)"
                try await host.store(name).put(number, at: "/a")
                for other in hosts {
                    let value = try await other.store(name).get(
                        "/a", as: Int.self, consistency: .linearizable)
                    #expect(value == number)
                }
            }
            for name in ["default", "from-0", "from-1", "from-2"] {
                let stores = try await Self.level(name, on: hosts, cluster)
                for store in stores {
                    #expect(store.cluster.members.map(\.name) == StoreCluster.names)
                    #expect(store.cluster.members.allSatisfy { $0.role == .voter })
                }
            }
            #expect(hosts.allSatisfy { $0.storeNames.count == 4 })
        }
    }

    @Test func `the members of a new store write the same first entry, whatever their clocks say`()
        throws
    {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let hosts = try await cluster.foundHosts()
            cluster.shiftDate(of: 1, milliseconds: 60_000)
            let shop = try await hosts[2].store("shop")
            let stores = try await Self.level("shop", on: hosts, cluster)
            #expect(stores.count == 3)
            for host in hosts { try await host.close() }
            let first = try (0..<3).map { number in
                let machine = cluster.machine(number)
                let (host, groups) = try HostDirectory.open(
                    machine.directory, disk: machine.disk, options: LogOptions(randomBits: { 7 }))
                try host.close()
                return try #require(groups[shop.groupID]?.entries.first)
            }
            #expect(Set(first).count == 1)
        }
    }

    @Test func `a host that joins gets all stores, and one that is removed leaves all`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            var hosts = try await cluster.foundHosts(count: 2)
            let main = try await hosts[0].store()
            try await hosts[0].store("shop").put(1, at: "/a")
            hosts.append(try await cluster.join(2, hosts[0]))
            let shop = try await hosts[2].store("shop")
            try await cluster.wait(main) {
                shop.cluster.members.filter { $0.role == .voter }.count == 3
            }
            #expect(try await shop.get("/a", as: Int.self, consistency: .linearizable) == 1)

            try await main.cluster.remove("c")
            let left = try await hosts[0].store("shop")
            try await cluster.wait(main) { left.cluster.members.count == 2 }
            try await left.put(2, at: "/a")
        }
    }

    @Test func `a store that a host makes before it is a member has members`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let hosts = try await cluster.foundHosts(count: 2)
            let main = try await hosts[0].store()
            let late = try await cluster.open(2, joining: main.cluster.invitation)
            async let made = late.store("shop")
            await cluster.pause(main, .milliseconds(100))
            let request = try await late.store().cluster.joinRequest
            try await main.cluster.add(try #require(request))
            try await made.put(1, at: "/a")
            let shop = try await hosts[1].store("shop")
            #expect(try await shop.get("/a", as: Int.self, consistency: .linearizable) == 1)
        }
    }

    @Test func `a deleted store is gone everywhere, and its name begins anew`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let hosts = try await cluster.foundHosts()
            let former = try await hosts[0].store("shop")
            try await former.put("former", at: "/a")
            try await hosts[1].deleteStore("shop")
            await expectStoreError(.storeNotFound) { try await hosts[1].deleteStore("shop") }
            try await cluster.wait(try await hosts[0].store()) {
                hosts.allSatisfy { !$0.storeNames.contains("shop") }
            }
            await expectStoreError(.storeNotFound) { try await former.put("late", at: "/a") }

            let shop = try await hosts[2].store("shop")
            #expect(try await shop.get("/a", as: String.self, consistency: .linearizable) == nil)
            #expect(shop.history != former.history)
            try await shop.put("present", at: "/b")
            let stores = try await Self.level("shop", on: hosts, cluster)
            #expect(try stores.allSatisfy { try $0.local.get("/b", as: String.self) == "present" })
            await expectStoreError(.invalidOperation) { try await hosts[0].deleteStore("default") }
        }
    }

    @Test func `hosts that start again have all stores, and no more of the deleted ones`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            var hosts = try await cluster.foundHosts()
            for name in ["shop", "bakery"] {
                try await hosts[0].store(name).put(name, at: "/a")
            }
            for round in 0..<3 {
                try await hosts[round].deleteStore("bakery")
                try await hosts[round].store("bakery").put("\(round)", at: "/a")
            }
            for name in ["shop", "bakery"] {
                _ = try await Self.level(name, on: hosts, cluster)
            }
            await cluster.pause(try await hosts[0].store(), .seconds(1))
            for host in hosts { try await host.close() }
            for number in 0..<3 {
                #expect(try Self.groupCount(of: cluster.machine(number)) == 3)
                hosts[number] = try await cluster.open(number)
            }
            for host in hosts {
                let shop = try await host.store("shop")
                #expect(
                    try await shop.get("/a", as: String.self, consistency: .linearizable)
                        == "shop")
                let bakery = try await host.store("bakery")
                #expect(
                    try await bakery.get("/a", as: String.self, consistency: .linearizable) == "2")
            }
        }
    }

    @Test func `a deleted store is not founded again from an older snapshot`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let hosts = try await cluster.foundHosts()
            let machine = cluster.machine(2)
            _ = try await hosts[0].store("shop")
            // Each deletion is followed by a snapshot of the list of stores: one with the shop, one without.
            var snapshots: [Set<String>] = []
            for name in ["bakery", "shop"] {
                _ = try await hosts[0].store(name)
                try await hosts[0].deleteStore(name)
                await cluster.pause(try await hosts[0].store(), .seconds(1))
                snapshots.append(Set(machine.disk.paths.filter { $0.contains("snapshot") }))
            }
            let member = try await hosts[2].store().cluster.members.first { $0.isLocal }?.id
            try await hosts[2].close()
            let newest = try #require(snapshots[1].subtracting(snapshots[0]).first)
            var bytes = machine.disk.contents(of: newest)
            bytes[bytes.count / 2] ^= 1
            machine.disk.replaceContents(of: newest, with: bytes)

            // Alone it knows no more than the older snapshot.
            cluster.network.isolate(member)
            let alone = try await cluster.open(2)
            #expect(alone.storeNames == ["default"])
            cluster.network.isolate(nil)
            try await hosts[0].store("shop").put(1, at: "/a")
            let stores = try await Self.level("shop", on: [hosts[0], hosts[1], alone], cluster)
            #expect(try stores[2].local.get("/a", as: Int.self) == 1)
        }
    }

    @Test func `stores that a host had alone become those of the cluster`() throws {
        let cluster = StoreCluster(seed: TestRuns.seed())
        try cluster.world.run {
            let machine = cluster.machine(0)
            let alone = try await StoreHost.open(
                at: machine.directory, configuration: .init(), environment: machine.environment)
            try await alone.store().put("main", at: "/a")
            try await alone.store("shop").put("alone", at: "/a")
            try await alone.close()

            let hosts = try await cluster.foundHosts()
            #expect(hosts[0].storeNames == ["default", "shop"])
            try await hosts[0].store("shop").put("together", at: "/b")
            let stores = try await Self.level("shop", on: hosts, cluster)
            #expect(try stores[2].local.get("/a", as: String.self) == "alone")
            try await cluster.wait(stores[0]) {
                stores[2].cluster.members.filter { $0.role == .voter }.count == 3
            }
        }
    }
}

/// Expects a ``StoreError`` of a code.
func expectStoreError<Value>(
    _ code: StoreError.Code, location: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async {
    do {
        _ = try await body()
        Issue.record("expected \(code), nothing was thrown", sourceLocation: location)
    } catch {
        let found = (error as? StoreError)?.code
        #expect(found == code, "\(error)", sourceLocation: location)
    }
}
