import Khepri
import KhepriTree
import SimulationKit
import TestSupport
import Testing

/// The beginning of another history, cut short at every call to the disk.
@Suite("Power cuts while a history begins") struct LostMajorityPowerCutTests {
    /// A machine with a store of some writes, and one of few; closed.
    private static func makeWorld(_ seed: UInt64) throws -> (SimulatedWorld, SimulatedHost) {
        let world = SimulatedWorld(seed: seed)
        let host = world.addHost()
        try world.run {
            let open = try await StoreHost.open(
                at: host.directory, configuration: .small, environment: host.environment)
            let store = try await open.store()
            for number in 0..<20 { try await store.put(number, at: "/n/\(number)") }
            try await open.store("other").put("kept", at: "/a")
            try await open.close()
        }
        return (world, host)
    }

    private static func beginHistories(_ world: SimulatedWorld, _ host: SimulatedHost) throws {
        try world.run {
            try await StoreHost.beginHistories(
                at: host.directory, configuration: .small, environment: host.environment)
        }
    }

    /// What is in the stores, and the histories they have.
    private static func check(_ world: SimulatedWorld, _ host: SimulatedHost) throws -> [SessionID]
    {
        try world.run {
            let open = try await StoreHost.open(
                at: host.directory, configuration: .small, environment: host.environment)
            let (store, other) = (try await open.store(), try await open.store("other"))
            for number in 0..<20 {
                #expect(try store.local.get("/n/\(number)", as: Int.self) == number)
            }
            #expect(try other.local.get("/a", as: String.self) == "kept")
            let names = open.storeNames
            #expect(names == ["default", "other"])
            store.checkInvariants()
            let histories = [store.history, other.history]
            try await open.close()
            return histories
        }
    }

    @Test func `after a cut nothing is lost, and the recovery can be done again`() throws {
        let seed = TestRuns.seed()
        let (world, host) = try Self.makeWorld(seed)
        let before = host.disk.calls.count
        try Self.beginHistories(world, host)
        let callCount = host.disk.calls.count - before
        #expect(callCount > 20)

        var random = SeededRandom(seed: seed)
        var interruptions = 0
        for call in 0..<callCount {
            let (world, host) = try Self.makeWorld(seed)
            let former = try Self.check(world, host)
            host.disk.fail(call: host.disk.calls.count + call, with: .halt)
            // The recovery may be over by then: it takes fewer calls than the first time.
            try? Self.beginHistories(world, host)
            host.cutPower { _ in random.number(below: 2) == 0 }
            // Not begun, done, or to be done again: nothing else can be seen.
            do {
                let left = try Self.check(world, host)
                let begun = zip(former, left).map { $0 != $1 }
                #expect(begun[0] == begun[1], "call \(call)")
            } catch StoreError.Code.cannotOpen {
                interruptions += 1
            }
            try Self.beginHistories(world, host)
            let last = try Self.check(world, host)
            #expect(Set(former).isDisjoint(with: last))
        }
        #expect((1...callCount / 2).contains(interruptions))
    }
}
