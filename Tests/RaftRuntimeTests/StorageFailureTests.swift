import RaftCore
import Testing

@testable import RaftRuntime

@Suite("A log that fails")
struct StorageFailureTests {
    private let failure = LogDeviceError(.failed, "the disk is gone", errno: 5)

    @Test func `the first failure stops the host for good`() async throws {
        let manual = ManualHost()
        let group = try manual.open()
        manual.log.state.withLock { $0.failures = [failure] }
        let inLog = manual.propose([1], to: group)
        manual.drain()
        #expect(
            inLog.value?.summary == ProposalOutcome<Int>.unknown(.storageFailed(failure)).summary)
        // The device would work again; the host does not ask.
        let batches = manual.log.batchCount
        let later = manual.propose([2], to: group)
        manual.drain()
        #expect(later.isRejected(.storageFailed(failure)))
        #expect(manual.log.batchCount == batches)
        #expect(group.machine.commands.isEmpty)
        #expect(manual.host.statistics.failure == failure)
        #expect(manual.events.withLock { $0.contains(.halted(.storageFailed(failure))) })
        #expect(group.status.role == .follower)
    }

    @Test func `what waits for its turn when the log fails was not applied`() throws {
        let manual = ManualHost { $0.inlineEntriesMaximum = 0 }
        let group = try manual.open()
        manual.log.state.withLock { $0.failures = [failure] }
        let inLog = manual.propose([1], to: group)
        _ = manual.host.driver.drain(now: manual.clock.now())
        let waiting = manual.propose([2], to: group)
        _ = manual.host.driver.drain(now: manual.clock.now())
        manual.drain()
        #expect(
            inLog.value?.summary == ProposalOutcome<Int>.unknown(.storageFailed(failure)).summary)
        #expect(waiting.isRejected(.storageFailed(failure)))
    }

    @Test func `a log that fails at the election fails the opening`() {
        let manual = ManualHost()
        manual.log.state.withLock { $0.failures = [nil, failure] }
        #expect(throws: RequestFailure.storageFailed(failure)) { try manual.open() }
    }

    @Test func `a log that cannot be made shorter stops the host`() throws {
        let manual = ManualHost { $0.snapshots = SnapshotPolicy(logBytesMinimum: 100) }
        let group = try manual.open()
        manual.log.state.withLock { $0.compactionFailure = failure }
        for round in 0..<10 {
            _ = manual.propose(Array(repeating: UInt8(round), count: 100), to: group)
            manual.drain()
        }
        #expect(manual.host.statistics.failure == failure)
    }

    @Test func `a shutdown after a failure answers`() throws {
        let manual = ManualHost()
        let group = try manual.open()
        manual.log.state.withLock { $0.failures = [failure] }
        _ = manual.propose([1], to: group)
        manual.drain()
        let done = manual.shutDown()
        manual.drain()
        #expect(done.value != nil)
    }
}

@Suite("A disk that is full")
struct FullDiskTests {
    private func host(space: Int, reserve: Int) throws -> (ManualHost, RaftGroup<JournalMachine>) {
        let manual = ManualHost()
        let group = try manual.open()
        manual.log.state.withLock { ($0.space, $0.reserve) = (space, reserve) }
        return (manual, group)
    }

    private func put(
        _ byte: UInt8, _ manual: ManualHost, _ group: RaftGroup<JournalMachine>,
        mayUseReserve: Bool = false
    ) -> String {
        let answer = manual.propose([byte], to: group, mayUseReserve: mayUseReserve)
        manual.drain()
        return answer.value?.summary ?? "no answer"
    }

    @Test func `what was accepted is written with the reserve, the rest is refused`() throws {
        let (manual, group) = try host(space: 0, reserve: 100)
        #expect(put(1, manual, group) == "committed 3 → 1")
        #expect(put(2, manual, group) == "rejected storageFull")
        #expect(put(3, manual, group) == "rejected storageFull")
        #expect(manual.log.state.withLock { $0.reserve } == 91)
        #expect(manual.host.statistics.isFull)
    }

    @Test func `commands that free space go on, and so do reads`() async throws {
        let (manual, group) = try host(space: 0, reserve: 100)
        #expect(put(1, manual, group) == "committed 3 → 1")
        #expect(put(2, manual, group, mayUseReserve: true) == "committed 4 → 2")
        #expect(put(3, manual, group) == "rejected storageFull")
        let read = Task { await group.linearize() }
        let answer = Answer<ReadOutcome>()
        Task { answer.set(await read.value) }
        while answer.value == nil {
            manual.drain()
            await Task.yield()
        }
        #expect(answer.value == .success(LogIndex(4)))
    }

    @Test func `writes go on as soon as there is space, without a restart`() throws {
        let (manual, group) = try host(space: 0, reserve: 100)
        #expect(put(1, manual, group) == "committed 3 → 1")
        #expect(put(2, manual, group) == "rejected storageFull")
        manual.log.state.withLock { $0.space = 1_000 }
        #expect(put(3, manual, group) == "committed 4 → 2")
        #expect(!manual.host.statistics.isFull)
        let changes = manual.events.withLock { events in
            events.filter { if case .storageSpaceChanged = $0 { true } else { false } }
        }
        #expect(changes == [.storageSpaceChanged(.full), .storageSpaceChanged(.available)])
    }

    @Test func `without any reserve the write waits and its outcome is unknown`() throws {
        let (manual, group) = try host(space: 0, reserve: 0)
        #expect(put(1, manual, group) == "unknown storageFull")
        #expect(put(2, manual, group) == "rejected storageFull")
        #expect(put(3, manual, group, mayUseReserve: true) == "rejected storageFull")
        #expect(group.machine.commands.isEmpty)
        manual.log.state.withLock { $0.space = 1_000 }
        #expect(put(4, manual, group) == "committed 4 → 2")
        // The one that waited was written once, before the new one.
        #expect(group.machine.commands == [[1], [4]])
    }

    @Test func `a host that is full for good shuts down`() throws {
        let (manual, group) = try host(space: 0, reserve: 0)
        #expect(put(1, manual, group) == "unknown storageFull")
        let done = manual.shutDown()
        manual.drain()
        #expect(done.value != nil)
    }
}
