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
        #expect(group.machine.state.withLock { $0.localCount } == 1)
        #expect(group.machine.state.withLock { $0.appliedThrough } == LogIndex(3))
    }

    @Test func `who is answered finds the command applied, whatever is asked`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        let found = Lock<[LogIndex]>([])
        group.propose(.bytes([1])) { _ in
            let status = group.status
            found.withLock { $0 = [group.appliedIndex, status.appliedIndex, status.commitIndex] }
        }
        manual.drain()
        #expect(found.withLock { $0 } == Array(repeating: LogIndex(3), count: 3))
    }

    @Test func `commands that are queued together share one batch`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        let before = manual.log.batchCount
        let answers = (0..<10).map { manual.propose([$0], to: group) }
        manual.drain()
        #expect(manual.log.batchCount == before + 1)
        #expect(
            answers.map { $0.value?.summary }
                == (0..<10).map { "committed \($0 + 3) → \($0 + 1)" })
    }

    @Test func `a batch has at most so many entries`() throws {
        let manual = ManualHost { $0.batchEntriesMaximum = 4 }
        let group = try manual.open()
        let before = manual.log.batchCount
        let answers = (0..<10).map { manual.propose([$0], to: group) }
        manual.drain()
        #expect(manual.log.batchCount == before + 3)
        #expect(answers.allSatisfy { $0.value?.isCommitted == true })
        #expect(group.machine.commands == (0..<10).map { [$0] })
    }

    @Test func `a batch has at most so many bytes, unless one command has more`() throws {
        let manual = ManualHost {
            $0.batchBytesMaximum = 2 * (100 + LogEntry.frameBytes)
            $0.commandBytesMaximum = 1_000
        }
        let group = try manual.open()
        let before = manual.log.batchCount
        for size in [100, 100, 100, 1_000, 100] {
            _ = manual.propose(Array(repeating: 1, count: size), to: group)
        }
        manual.drain()
        #expect(manual.log.batchCount == before + 4)
        #expect(group.machine.commands.map(\.count) == [100, 100, 100, 1_000, 100])
    }

    @Test func `a command above the limit is refused`() throws {
        let manual = ManualHost { $0.commandBytesMaximum = 10 }
        let group = try manual.open()
        #expect(manual.propose([UInt8](repeating: 0, count: 11), to: group).isRejected(.tooLarge))
        let allowed = manual.propose([UInt8](repeating: 0, count: 10), to: group)
        manual.drain()
        #expect(allowed.value?.isCommitted == true)
    }

    @Test func `more open requests than allowed are refused, and there is room again after`() throws
    {
        let manual = ManualHost { $0.openRequestsMaximum = 3 }
        let group = try manual.open()
        let answers = (0..<4).map { manual.propose([$0], to: group) }
        #expect(answers[3].isRejected(.overloaded))
        manual.drain()
        #expect(answers[..<3].allSatisfy { $0.value?.isCommitted == true })
        let next = manual.propose([9], to: group)
        manual.drain()
        #expect(next.value?.isCommitted == true)
        #expect(manual.host.statistics.openRequests == 0)
    }

    @Test func `more waiting bytes than allowed are refused, and there is room again after`() throws
    {
        let manual = ManualHost { $0.waitingBytesMaximum = 1_000 }
        let group = try manual.open()
        let large = [UInt8](repeating: 1, count: 900)
        for _ in 0..<3 {
            let first = manual.propose(large, to: group)
            #expect(manual.propose(large, to: group).isRejected(.overloaded))
            let small = manual.propose([2], to: group)
            manual.drain()
            #expect(first.value?.isCommitted == true)
            #expect(small.value?.isCommitted == true)
        }
        let huge = manual.propose([UInt8](repeating: 1, count: 5_000), to: group)
        manual.drain()
        #expect(huge.value?.isCommitted == true)
    }

    @Test func `a command that fails before it is in the log gives its room back`() throws {
        let manual = ManualHost { $0.waitingBytesMaximum = 1_000 }
        let group = try manual.open()
        let failure = LogDeviceError(.failed, "gone")
        manual.log.state.withLock { $0.failures = [failure] }
        for round in 0..<4 {
            let answer = manual.propose([UInt8](repeating: 1, count: 900), to: group)
            manual.drain()
            #expect(answer.isRejected(.storageFailed(failure)) == (round > 0))
        }
    }

    @Test func `the time of entries never goes back, whatever the date does`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        for date: UInt64 in [2_000, 1_000, 3_000] {
            manual.clock.setDate(1_800_000_000_000 + date)
            _ = manual.propose([1], to: group)
            manual.drain()
        }
        let times = group.machine.state.withLock { $0.times }
        #expect(times.map { $0 - 1_800_000_000_000 } == [2_000, 2_000, 3_000])
    }

    @Test func `what is written one batch at a time is applied in order`() throws {
        let manual = ManualHost { $0.inlineEntriesMaximum = 0 }
        let group = try manual.open()
        var answers: [Answer<ManualHost.Outcome>] = []
        for round in 0..<5 {
            answers.append(manual.propose([UInt8(round)], to: group))
            _ = manual.host.driver.drain(now: manual.clock.now())
        }
        #expect(answers.allSatisfy { $0.value == nil })
        manual.drain()
        #expect(
            answers.map { $0.value?.summary } == (0..<5).map { "committed \($0 + 3) → \($0 + 1)" })
        // The first went alone; the other four gathered while it was being flushed.
        #expect(manual.log.lastEntryCounts(2) == [1, 4])
    }

    @Test func `several groups share the batches of one host`() throws {
        let manual = ManualHost()
        let first = try manual.open()
        let opened = Answer<RaftGroup<JournalMachine>>()
        var description = manual.description(JournalMachine())
        description.id = GroupID(high: 8, low: 8)
        description.recovered = nil
        manual.host.open(description) { result in
            if case .success(let group) = result { opened.set(group) }
        }
        manual.drain()
        let second = try #require(opened.value)
        let before = manual.log.batchCount
        let answers = [manual.propose([1], to: first), manual.propose([2], to: second)]
        manual.drain()
        #expect(answers.allSatisfy { $0.value?.summary == "committed 3 → 1" })
        #expect(manual.log.batchCount == before + 1)
        #expect(first.machine.commands == [[1]])
        #expect(second.machine.commands == [[2]])
    }

    @Test func `a group that is open cannot be opened again`() throws {
        let manual = ManualHost()
        _ = try manual.open()
        #expect(throws: LogDeviceError.self) { try manual.open() }
    }
}
