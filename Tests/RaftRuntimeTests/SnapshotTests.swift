import RaftCore
import Testing

@testable import RaftRuntime

@Suite("Snapshots")
struct SnapshotTests {
    /// A host that takes a snapshot about every thousand bytes of log.
    private func host(log: MemoryLog = MemoryLog()) -> ManualHost {
        ManualHost(log: log) { $0.snapshots = SnapshotPolicy(logBytesMinimum: 1_000) }
    }

    private func fill(_ manual: ManualHost, _ group: RaftGroup<JournalMachine>, _ count: Int) {
        for round in 0..<count {
            _ = manual.propose(Array(repeating: UInt8(round % 256), count: 52), to: group)
            manual.drain()
        }
    }

    @Test func `a snapshot is taken after so many bytes, recorded and announced`() throws {
        let manual = host()
        let group = try manual.open()
        fill(manual, group, 8)
        #expect(manual.snapshots.state.withLock { $0.snapshots.isEmpty })
        fill(manual, group, 1)
        let snapshot = try #require(manual.snapshots.state.withLock { $0.snapshots.first })
        #expect(snapshot.metadata.position == LogPosition(index: LogIndex(11), term: Term(2)))
        #expect(snapshot.metadata.machineVersion == 1)
        let configuration = try Configuration(encoded: snapshot.metadata.configuration)
        #expect(configuration == Configuration(voters: [ManualHost.member]))
        #expect(group.status.snapshotPosition.index == LogIndex(11))
        #expect(manual.host.statistics.snapshots == 1)
        let recorded = manual.log.state.withLock { $0.groups[ManualHost.group]?.snapshot }
        #expect(recorded == snapshot.metadata.position)
    }

    @Test func `a second snapshot waits until the first is recorded`() throws {
        let manual = ManualHost {
            $0.snapshots = SnapshotPolicy(logBytesMinimum: 100)
            $0.inlineEntriesMaximum = 0
        }
        let group = try manual.open()
        let parts = manual.host.parts
        func drain(_ part: Int) { _ = parts[part].drain(now: manual.clock.now()) }
        let (driver, writer, worker) = (0, 1, 2)
        for round in 0..<6 {
            _ = manual.propose(Array(repeating: UInt8(round), count: 100), to: group)
            drain(driver)
            // While the log has a batch, a snapshot is published; its record waits for the next.
            for _ in 0..<4 { drain(worker) }
            drain(driver)
            drain(writer)
        }
        manual.drain()
        #expect(manual.host.statistics.snapshots > 1)
        #expect(group.machine.commands.count == 6)
    }

    @Test func `on a full disk snapshots are taken early, so that the log shrinks`() throws {
        let manual = host()
        let group = try manual.open()
        fill(manual, group, 1)
        manual.log.state.withLock { ($0.space, $0.reserve) = (0, 10_000) }
        for round in 0..<4 {
            _ = manual.propose([UInt8(round)], to: group, mayUseReserve: true)
            manual.drain()
        }
        #expect(manual.host.statistics.snapshots > 1)
        #expect(!manual.log.state.withLock { $0.compactions.isEmpty })
    }

    @Test func `the log is kept from the older of two snapshots on`() throws {
        let manual = host()
        let group = try manual.open()
        fill(manual, group, 10)
        #expect(manual.log.state.withLock { $0.compactions.isEmpty })
        fill(manual, group, 10)
        #expect(manual.log.state.withLock { $0.compactions } == [LogIndex(11)])
        fill(manual, group, 10)
        let positions = manual.snapshots.state.withLock { $0.snapshots.map(\.metadata.position) }
        #expect(positions.map(\.index) == [LogIndex(21), LogIndex(31)])
        #expect(manual.log.state.withLock { $0.compactions.last } == LogIndex(21))
        let first = manual.log.state.withLock { $0.groups[ManualHost.group]?.entries.first?.index }
        #expect(first == LogIndex(22))
    }

    @Test func `a restart goes on from the snapshot`() throws {
        let manual = host()
        let group = try manual.open()
        fill(manual, group, 35)
        let commands = group.machine.commands
        let next = ManualHost(log: manual.log, snapshots: manual.snapshots)
        let machine = JournalMachine()
        let again = try next.open(machine: machine)
        #expect(machine.commands == commands)
        #expect(machine.state.withLock { $0.applied.first } == LogIndex(32))
        #expect(again.status.snapshotPosition.index == LogIndex(31))
        #expect(again.status.configuration == Configuration(voters: [ManualHost.member]))
        let write = next.propose([1], to: again)
        next.drain()
        #expect(write.value?.isCommitted == true)
    }

    @Test func `a restart goes on from the older snapshot when the newer is damaged`() throws {
        let manual = host()
        let group = try manual.open()
        fill(manual, group, 35)
        manual.snapshots.state.withLock { _ = $0.snapshots.removeLast() }
        let machine = JournalMachine()
        _ = try ManualHost(log: manual.log, snapshots: manual.snapshots).open(machine: machine)
        #expect(machine.commands == group.machine.commands)
    }

    @Test func `a restart refuses a log that begins after its snapshot`() throws {
        let manual = host()
        fill(manual, try manual.open(), 35)
        manual.snapshots.state.withLock { $0.snapshots = [] }
        let next = ManualHost(log: manual.log, snapshots: manual.snapshots)
        #expect { try next.open() } throws: { error in
            (error as? LogDeviceError)?.code == .corrupt
        }
    }

    @Test func `a restart refuses to forget a snapshot that the log names`() throws {
        let log = MemoryLog()
        let group = RecoveredGroup(
            name: "journal", term: Term(4), vote: nil,
            snapshot: LogPosition(index: LogIndex(9), term: Term(4)), entries: [])
        log.state.withLock { $0.groups[ManualHost.group] = group }
        #expect { try ManualHost(log: log).open() } throws: { error in
            (error as? LogDeviceError)?.code == .corrupt
        }
    }

    @Test func `a snapshot that fails is tried again after as much log`() throws {
        let manual = host()
        let group = try manual.open()
        let failure = LogDeviceError(.full, "no space")
        manual.snapshots.state.withLock { $0.failure = failure }
        fill(manual, group, 10)
        #expect(manual.events.withLock { $0.contains(.snapshotFailed(failure)) })
        manual.snapshots.state.withLock { $0.failure = nil }
        fill(manual, group, 10)
        #expect(manual.host.statistics.snapshots == 1)
        #expect(manual.host.statistics.failedSnapshots == 1)
    }

    @Test func `the policy weighs the log against the state, and its age`() {
        let policy = SnapshotPolicy(
            logBytesMinimum: 100, logPercentage: 50, ageMaximum: .seconds(60))
        var progress = SnapshotProgress(lastTime: .zero)
        func isDue(_ seconds: Int) -> Bool {
            policy.isDue(
                progress, space: .available, now: Instant.zero.advanced(by: .seconds(seconds)))
        }
        #expect(!isDue(100), "nothing was applied")
        progress.logBytes = 99
        #expect(!isDue(59))
        #expect(isDue(60))
        progress.logBytes = 100
        #expect(isDue(0))
        progress.snapshotBytes = 400
        #expect(!isDue(0))
        progress.logBytes = 200
        #expect(isDue(0))
        progress.snapshotBytes = .max
        #expect(!isDue(0))
    }

    @Test func `the worker pauses between slices while the log works`() throws {
        let store = MemorySnapshots()
        let clock = ManualClock()
        let results = Lock<[SnapshotResult]>([])
        let worker = SnapshotWorker(store: store, clock: clock) { result in
            results.withLock { $0.append(result) }
        } reportTransfer: { _ in
        }
        let metadata = SnapshotMetadata(
            group: ManualHost.group, position: .zero, time: 0, configuration: [], machineVersion: 1)
        let slice = [UInt8](repeating: 1, count: SnapshotWorker.sliceBytes)
        worker.submit(
            TakeJob(
                slot: GroupSlot(rawValue: 0), metadata: metadata,
                source: ListSource([slice, slice, slice])))
        #expect(worker.drain(now: clock.now()).didWork)
        worker.noteLogFlush(nanoseconds: 5_000_000)
        let first = worker.drain(now: clock.now())
        #expect(first.nextDeadline == clock.now().advanced(by: .milliseconds(5)))
        #expect(!worker.drain(now: clock.now()).didWork)
        clock.advance(by: .milliseconds(5))
        // The log has been idle since, so there is no pause.
        #expect(worker.drain(now: clock.now()).nextDeadline == clock.now())
        while results.withLock({ $0.isEmpty }) { #expect(worker.drain(now: clock.now()).didWork) }
        #expect(results.withLock { try? $0.first?.byteCount.get() } == 3 << 20)
    }

    @Test func `a shutdown abandons a snapshot that is being written`() {
        let store = MemorySnapshots()
        let clock = ManualClock()
        let worker = SnapshotWorker(store: store, clock: clock) { _ in
        } reportTransfer: { _ in
        }
        let metadata = SnapshotMetadata(
            group: ManualHost.group, position: .zero, time: 0, configuration: [], machineVersion: 1)
        worker.submit(
            TakeJob(
                slot: GroupSlot(rawValue: 0), metadata: metadata, source: ListSource([])))
        #expect(worker.drain(now: clock.now()).didWork)
        worker.stop()
        #expect(worker.drain(now: clock.now()).isStopped)
        #expect(store.state.withLock { $0.abandonCount } == 1)
        #expect(store.state.withLock { $0.snapshots.isEmpty })
    }
}

/// A source of given pieces.
private final class ListSource: SnapshotSource {
    private let rest: Lock<ArraySlice<[UInt8]>>

    init(_ pieces: [[UInt8]]) { rest = Lock(pieces[...]) }

    func next(byteLimit: Int) throws -> [UInt8]? { rest.withLock { $0.popFirst() } }
}
