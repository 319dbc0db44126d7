import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import Testing

@Suite("Files made ready ahead")
struct PreparationTests {
    private let group = TestSettings.group
    private let disk = SimulatedDisk()
    private let log: WriteAheadLog

    init() throws {
        log = try HostDirectory.open(on: disk).host.log
        try log.write(LogBatch(group, .openGroup(name: "a")))
    }

    private var spares: Int { disk.paths.filter { $0.contains("/spare-") }.count }

    private func append(_ indexes: ClosedRange<UInt64>) throws {
        for index in indexes {
            try log.write(LogBatch(group, .append(makeEntries(index...index, bytes: 1000))))
        }
    }

    @Test func `a roll-over takes a file that is ready and makes none`() throws {
        log.makeSpares()
        #expect(spares == 2)
        let calls = disk.calls.count
        try append(1...14)
        #expect(spares == 1)
        #expect(!disk.calls[calls...].contains { $0.path.hasSuffix(".tmp") })
    }

    @Test func `draining makes what is missing, and a failure is not repeated`() throws {
        let now = Instant(nanoseconds: 1)
        let preparer = try #require(log.preparer)
        #expect(preparer.drain(now: now) == DrainOutcome(didWork: true))
        #expect(preparer.drain(now: now) == DrainOutcome(didWork: false))
        #expect(spares == 2)
        try append(1...14)
        disk.setCapacity(disk.usedBytes)
        #expect(preparer.drain(now: now).didWork)
        #expect(!preparer.drain(now: now).didWork)
        #expect(spares == 1)
        log.stopPreparing()
        #expect(preparer.drain(now: now).isStopped)
    }

    @Test func `files grow with the log`() throws {
        for index in 1...400 as ClosedRange<UInt64> {
            try append(index...index)
            _ = log.preparer?.drain(now: Instant(nanoseconds: 1))
        }
        let sizes = Set(
            disk.paths.filter { $0.contains("/wal-") }.map {
                disk.contents(of: $0).count
            })
        #expect(sizes == [16 << 10, 32 << 10, 64 << 10])
    }

    @Test func `a batch larger than any file gets a file of its own`() throws {
        let large = makeEntries(1...3, bytes: 100_000)
        try log.write(LogBatch(group, .append(large)))
        try append(4...5)
        #expect(
            try log.entries(of: group, from: LogIndex(1), byteLimit: 150_000) == Array(large[..<2]))
        disk.crash { _ in false }
        let recovered = try HostDirectory.open(on: disk).recovered
        #expect(recovered[group]?.entries.count == 5)
        #expect(Array(recovered[group]?.entries.prefix(3) ?? []) == large)
    }

    @Test func `a thread makes them while the log is written`() throws {
        let clock = SimulatedClock()
        let thread = DrainThread(try #require(log.preparer), clock: clock)
        try append(1...300)
        log.stopPreparing()
        thread.join()
        let read = try log.entries(of: group, from: LogIndex(1), byteLimit: 1 << 20)
        #expect(read == makeEntries(1...300, bytes: 1000))
    }
}
