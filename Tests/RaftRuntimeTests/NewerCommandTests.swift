import RaftCore
import Testing

@testable import RaftRuntime

@Suite("A command of a newer version")
struct NewerCommandTests {
    @Test func `stops the group before it, and what stands behind it is not applied`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        let commands = [[1], JournalMachine.newerCommand, [2]]
        let answers = commands.map { manual.propose($0, to: group) }
        manual.drain()
        #expect(group.machine.commands == [[1]])
        #expect(answers[0].value?.isCommitted == true)
        let failure = try #require(halt(of: manual))
        for answer in answers[1...] {
            #expect(answer.value?.summary == ProposalOutcome<Int>.unknown(failure).summary)
        }
        let later = manual.propose([3], to: group)
        manual.drain()
        #expect(later.isRejected(failure))
        #expect(group.status.role == .follower)
    }

    @Test func `stops one group, and the others of the host go on`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        let other = try manual.open(
            id: GroupID(high: 8, low: 8), machine: JournalMachine())
        _ = manual.propose(JournalMachine.newerCommand, to: group)
        manual.drain()
        let answer = manual.propose([1], to: other)
        manual.drain()
        #expect(answer.value?.isCommitted == true)
        #expect(other.machine.commands == [[1]])
    }

    @Test func `in a recovered log makes opening fail and says where it is`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        _ = manual.propose([1], to: group)
        _ = manual.propose(JournalMachine.newerCommand, to: group)
        manual.drain()
        let place = try #require(halt(of: manual))
        _ = manual.shutDown()
        manual.drain()

        let again = ManualHost(log: manual.log, snapshots: manual.snapshots, clock: manual.clock)
        #expect(throws: place) { try again.open() }
        #expect(again.log.state.withLock { $0.groups[ManualHost.group]?.entries.count ?? 0 } >= 3)
    }

    @Test func `ends the waits for entries that will never be applied`() async throws {
        let manual = ManualHost()
        let group = try manual.open()
        async let outcome = group.waitForApplied(group.appliedIndex.advanced(by: 5))
        while manual.host.statistics.openRequests == 0 {
            manual.drain()
            await Task.yield()
        }
        _ = manual.propose(JournalMachine.newerCommand, to: group)
        manual.drain()
        let failure = try #require(halt(of: manual))
        #expect(await outcome == .failure(failure))
    }

    private func halt(of manual: ManualHost) -> RequestFailure? {
        manual.events.withLock { events in
            for case .halted(let failure) in events { return failure }
            return nil
        }
    }
}
