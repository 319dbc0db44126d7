import RaftCore
import Testing

@testable import RaftRuntime

@Suite("Timeouts and cancellation")
struct DeadlineTests {
    /// A host whose log writer only works when it is told to.
    private func slowHost() throws -> (ManualHost, RaftGroup<JournalMachine>) {
        let manual = ManualHost { $0.inlineEntriesMaximum = 0 }
        return (manual, try manual.open())
    }

    private func drainDriver(_ manual: ManualHost) -> Instant? {
        manual.host.driver.drain(now: manual.clock.now()).nextDeadline
    }

    @Test func `a command in the log times out as unknown, one that waits as not applied`() throws {
        let (manual, group) = try slowHost()
        let first = manual.propose([1], to: group, timeout: .seconds(1))
        _ = drainDriver(manual)
        let second = manual.propose([2], to: group, timeout: .seconds(1))
        let third = manual.propose([3], to: group, timeout: .seconds(60))
        _ = drainDriver(manual)
        manual.clock.advance(by: .milliseconds(1_100))
        _ = drainDriver(manual)
        #expect(first.value?.summary == "unknown timedOut")
        #expect(second.isRejected(.timedOut))
        #expect(third.value == nil)
        manual.drain()
        // The first was applied all the same, the second never is.
        #expect(group.machine.commands == [[1], [3]])
        #expect(third.value?.summary == "committed 4 → 2")
    }

    @Test func `the driver asks to be woken for the next timeout, and for nothing when idle`()
        throws
    {
        let (manual, group) = try slowHost()
        #expect(drainDriver(manual) == nil)
        _ = manual.propose([1], to: group, timeout: .milliseconds(50))
        let deadline = try #require(drainDriver(manual))
        let start = manual.clock.now()
        #expect(deadline >= start.advanced(by: .milliseconds(50)))
        #expect(deadline <= start.advanced(by: .milliseconds(60)))
        manual.drain()
        #expect(drainDriver(manual) == nil)
    }

    @Test func `a read that cannot be answered times out`() async throws {
        let (manual, group) = try slowHost()
        async let outcome = group.waitForApplied(LogIndex(99), timeout: .seconds(1))
        while manual.host.statistics.openRequests == 0 {
            manual.drain()
            await Task.yield()
        }
        manual.clock.advance(by: .seconds(2))
        manual.drain()
        #expect(await outcome == .failure(.timedOut))
    }

    @Test func `a cancelled task is answered at once`() async throws {
        let (manual, group) = try slowHost()
        let inLog = Task { await group.propose([1]) }
        while manual.host.statistics.openRequests < 1 { await step(manual) }
        let waiting = Task { await group.propose([2]) }
        while manual.host.statistics.openRequests < 2 { await step(manual) }
        inLog.cancel()
        waiting.cancel()
        while manual.host.statistics.openRequests > 0 { await step(manual) }
        #expect(await inLog.value.summary == "unknown cancelled")
        #expect(await waiting.value.summary == "rejected cancelled")
        manual.drain()
        #expect(group.machine.commands == [[1]])
    }

    private func step(_ manual: ManualHost) async {
        _ = drainDriver(manual)
        await Task.yield()
    }

    @Test func `a task that was cancelled before it asked is answered too`() async throws {
        let (manual, group) = try slowHost()
        let gate = Answer<Void>()
        let task = Task {
            while gate.value == nil { await Task.yield() }
            return await group.propose([1])
        }
        task.cancel()
        gate.set(())
        let outcome = Answer<ManualHost.Outcome>()
        Task { outcome.set(await task.value) }
        while outcome.value == nil { await step(manual) }
        #expect(outcome.value?.summary.hasSuffix("cancelled") == true)
    }

    @Test func `the watch looks at everything once per bound, not per request`() {
        var watch = DeadlineWatch()
        let start = Instant(nanoseconds: 0)
        for _ in 0..<1_000 { watch.opened(Deadline(.seconds(5), after: start)) }
        #expect(watch.nextDeadline.map { $0.nanoseconds / 1_000_000_000 } == 5)
        let early = watch.isDue(now: start.advanced(by: .seconds(4)))
        #expect(!early)
        let due = watch.isDue(now: start.advanced(by: .seconds(6)))
        #expect(due)
        watch.finished(1_000)
        #expect(watch.nextDeadline == nil)
        #expect(watch.openCount == 0)
    }
}
