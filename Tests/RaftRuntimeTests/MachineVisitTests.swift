import RaftCore
import Testing

@testable import RaftRuntime

@Suite("Visits of the machine")
struct MachineVisitTests {
    @Test func `a visitor sees what was applied before, and waits for the driver only`()
        async throws
    {
        let manual = ManualHost()
        let group = try manual.open()
        _ = manual.propose([1], to: group)
        manual.drain()
        let seen = Lock<Bool?>(nil)
        async let answer = group.visit { machine in
            seen.withLock { $0 = machine === group.machine }
            return 7
        }
        while seen.withLock({ $0 }) == nil {
            manual.drain()
            await Task.yield()
        }
        #expect(try await answer.get() == 7)
        #expect(seen.withLock { $0 } == true)
    }

    @Test func `a host that has stopped, or is about to, tells the visitor`() async throws {
        let manual = ManualHost()
        let group = try manual.open()
        let isStopped = Lock(false)
        manual.host.shutDown { isStopped.withLock { $0 = true } }
        while !isStopped.withLock({ $0 }) { manual.drain() }
        let answer = await group.visit { _ in 7 }
        guard case .failure(.shuttingDown) = answer else {
            Issue.record("expected no answer of the machine, found \(answer)")
            return
        }
    }
}
