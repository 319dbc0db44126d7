import RaftCore
import Testing

@testable import RaftRuntime

@Suite("Proposals")
struct ProposalTests {
    @Test func `a command is committed, applied and answered in one drain`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        let answer = manual.propose([1, 2, 3], to: group)
        #expect(answer.value == nil)
        manual.drain()
        #expect(answer.value?.summary == "committed 3 → 1")
        #expect(group.machine.commands == [[1, 2, 3]])
        #expect(group.appliedIndex == LogIndex(3))
        #expect(group.status.commitIndex == LogIndex(3))
    }

    @Test func `commands that are queued together share one batch`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        let before = manual.log.state.withLock { $0.batches.count }
        let answers = (0..<10).map { manual.propose([$0], to: group) }
        manual.drain()
        #expect(manual.log.state.withLock { $0.batches.count } == before + 1)
        #expect(
            answers.map { $0.value?.summary }
                == (0..<10).map { "committed \($0 + 3) → \($0 + 1)" })
    }
}
