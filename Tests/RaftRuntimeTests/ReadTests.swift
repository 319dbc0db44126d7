import RaftCore
import Testing

@testable import RaftRuntime

@Suite("Reads")
struct ReadTests {
    @Test func `a linearizable read waits for what was committed before it`() async throws {
        let manual = ManualHost()
        let group = try manual.open()
        let write = manual.propose([1], to: group)
        async let outcome = group.linearize()
        while write.value == nil || manual.host.statistics.openRequests > 0 {
            manual.drain()
            await Task.yield()
        }
        let index = try await readWithDrains(manual) { await group.linearize() }.get()
        #expect(index == LogIndex(3))
        #expect(try await outcome.get() >= LogIndex(2))
    }

    @Test func `a wait for an applied index returns at once`() async throws {
        let group = try ManualHost().open()
        #expect(try await group.waitForApplied(LogIndex(2)).get() == LogIndex(2))
    }

    @Test func `a wait for an index to come is answered when it is applied`() async throws {
        let manual = ManualHost()
        let group = try manual.open()
        async let outcome = group.waitForApplied(LogIndex(4))
        while manual.host.statistics.openRequests == 0 {
            manual.drain()
            await Task.yield()
        }
        _ = manual.propose([1], to: group)
        manual.drain()
        #expect(manual.host.statistics.openRequests == 1)
        _ = manual.propose([2], to: group)
        manual.drain()
        #expect(try await outcome.get() == LogIndex(4))
    }

    @Test func `a member of several voters without leader cannot serve linearizable reads`()
        async throws
    {
        let manual = ManualHost()
        let other = MemberID(node: 2, incarnation: Identifier128(high: 0, low: 2))
        var description = manual.description(JournalMachine())
        description.bootstrap = Configuration(voters: [ManualHost.member, other])
        let opened = Answer<RaftGroup<JournalMachine>>()
        manual.host.open(description) { result in
            if case .success(let group) = result { opened.set(group) }
        }
        manual.drain()
        let group = try #require(opened.value)
        let outcome = await readWithDrains(manual) { await group.linearize() }
        #expect(outcome == .failure(.notLeader(hint: nil)))
        let write = manual.propose([1], to: group)
        manual.drain()
        #expect(write.isRejected(.notLeader(hint: nil)))
    }

    private func readWithDrains(
        _ manual: ManualHost, _ read: @escaping @Sendable () async -> ReadOutcome
    ) async -> ReadOutcome {
        let answer = Answer<ReadOutcome>()
        let task = Task { answer.set(await read()) }
        while answer.value == nil {
            manual.drain()
            await Task.yield()
        }
        await task.value
        return answer.value ?? .failure(.timedOut)
    }
}
