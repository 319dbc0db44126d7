import Khepri
import RaftCore
import RaftRuntime
import SimulationKit
import Testing

@Suite("The simulated world")
struct SimulatedWorldTests {
    /// All that a script does to a disk, and the bytes it leaves, as one number.
    private static func trace(seed: UInt64) throws -> UInt64 {
        let script = StoreScript(seed: seed, callCount: 160)
        try script.run()
        let disk = script.host.disk
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        for call in disk.calls { add("\(call)\n".utf8) }
        for path in disk.paths {
            add(path.utf8)
            add(disk.contents(of: path))
        }
        return hash
    }

    @Test func `the same seed makes the same calls and the same bytes`() throws {
        let first = try Self.trace(seed: 3)
        #expect(try Self.trace(seed: 3) == first)
        #expect(try Self.trace(seed: 4) != first)
    }

    @Test func `the same seed makes the same calls in another process`() async throws {
        let expected = try Self.trace(seed: 3)
        // Tables of another process are in another order.
        await #expect(processExitsWith: .success) { [expected = expected as UInt64] in
            let found = try SimulatedWorldTests.trace(seed: 3)
            precondition(found == expected, "the trace is another one")
        }
    }

    @Test func `a task that waits for nothing is told so`() {
        let world = SimulatedWorld(seed: 1)
        #expect(throws: SimulatedWorld.Standstill.self) {
            try world.run {
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            }
        }
    }

    @Test func `a part whose time has come and that does nothing is no endless wait`() {
        let world = SimulatedWorld(seed: 1)
        let host = world.addHost()
        host.environment.attendant?(Idler())
        #expect(throws: SimulatedWorld.Standstill.self) {
            try world.run {
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            }
        }
    }

    @Test func `time passes only when nothing else happens`() throws {
        let world = SimulatedWorld(seed: 1)
        let host = world.addHost()
        let start = world.clock.now()
        let store = try world.run { try await host.openStore() }
        let error = #expect(throws: StoreError.self) {
            try world.run {
                _ = try await store.get(
                    "/a", as: Int.self, consistency: .atLeast(Revision(1000)), timeout: .seconds(60)
                )
            }
        }
        #expect(error?.code == .timeout)
        let nanoseconds = world.clock.now().nanoseconds - start.nanoseconds
        #expect(nanoseconds >= 60_000_000_000)
        #expect(nanoseconds < 61_000_000_000)
        try world.run { try await store.close() }
    }

    @Test func `a machine goes on after a kill and a power cut, another one all the while`() throws
    {
        let world = SimulatedWorld(seed: 2)
        let (first, second) = (world.addHost(), world.addHost())
        let other = try world.run { try await second.openStore() }
        for number in 0..<4 {
            let store = try world.run { try await first.openStore() }
            try world.run {
                #expect(try await store.count(matching: "/n/*") == number)
                try await store.put(number, at: TreePath("/n/\(number)"))
                try await other.put(number, at: TreePath("/n/\(number)"))
            }
            if number % 2 == 0 { first.kill() } else { first.cutPower { _ in false } }
        }
        try world.run {
            #expect(try await other.count(matching: "/n/*") == 4)
            try await other.close()
        }
    }
}

/// Wants to be looked at all the time, for nothing.
private final class Idler: Drained {
    func drain(now: Instant) -> DrainOutcome { DrainOutcome(didWork: false, nextDeadline: now) }

    func waitForWork(nanoseconds: UInt64?) {}
}
