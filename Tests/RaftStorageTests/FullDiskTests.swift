import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import Testing

@Suite("A full disk")
struct FullDiskTests {
    private let group = TestSettings.group

    /// A log that has just refused a batch because the disk is full.
    private func makeFullLog(
        _ disk: SimulatedDisk
    ) throws -> (host: HostDirectory, last: UInt64) {
        let host = try HostDirectory.open(on: disk).host
        try host.log.write(LogBatch(group, .openGroup(name: "a")))
        disk.setCapacity(disk.usedBytes)
        var last: UInt64 = 0
        let code = errorCode {
            while last < 1000 {
                let entries = makeEntries(last + 1...last + 1, bytes: 500)
                try host.log.write(LogBatch(group, .append(entries)))
                last += 1
            }
        }
        #expect(code == .full)
        return (host, last)
    }

    @Test func `refused batches leave nothing, and writing goes on when there is space`() throws {
        let disk = SimulatedDisk()
        let (host, last) = try makeFullLog(disk)
        #expect(last >= 15)
        let next = makeEntries(last + 1...last + 1, bytes: 500)
        #expect(errorCode { try host.log.write(LogBatch(group, .append(next))) } == .full)
        let read = try host.log.entries(of: group, from: LogIndex(1), byteLimit: 1 << 20)
        #expect(read == makeEntries(1...last, bytes: 500))
        disk.setCapacity(nil)
        try host.log.write(LogBatch(group, .append(next)))
        disk.crash { _ in false }
        let recovered = try HostDirectory.open(on: disk).recovered
        #expect(recovered[group]?.entries == makeEntries(1...last + 1, bytes: 500))
    }

    @Test func `there is no space while only the reserve is left`() throws {
        let disk = SimulatedDisk()
        let (host, last) = try makeFullLog(disk)
        var batch = LogBatch(group, .append(makeEntries(last + 1...last + 1)))
        batch.mayUseReserve = true
        for _ in 0..<3 {
            #expect(errorCode { try host.log.checkSpace() } == .full)
            try host.log.write(LogBatch(group, .hardState(term: Term(2), vote: nil)))
        }
        try host.log.write(batch)
        #expect(errorCode { try host.log.checkSpace() } == .full)
        disk.setCapacity(nil)
        try host.log.checkSpace()
    }

    @Test func `the reserve takes deletions, and its last bytes term and vote`() throws {
        let disk = SimulatedDisk()
        let (host, last) = try makeFullLog(disk)
        var index = last
        let code = errorCode {
            while index < last + 1000 {
                var batch = LogBatch(group, .append(makeEntries(index + 1...index + 1)))
                batch.mayUseReserve = true
                try host.log.write(batch)
                index += 1
            }
        }
        #expect(code == .full)
        #expect(index > last + 50)
        for term in 1...5 as ClosedRange<UInt64> {
            try host.log.write(LogBatch(group, .hardState(term: Term(term), vote: nil)))
        }
        let ordinary = LogBatch(group, .append(makeEntries(index + 1...index + 1)))
        #expect(errorCode { try host.log.write(ordinary) } == .full)
        disk.crash { _ in false }
        let recovered = try HostDirectory.open(on: disk).recovered
        #expect(recovered[group]?.term == Term(5))
        #expect(recovered[group]?.entries.last?.index == LogIndex(index))
    }

    @Test func `a snapshot frees the log of a full disk`() throws {
        let disk = SimulatedDisk()
        let (host, last) = try makeFullLog(disk)
        let position = LogPosition(index: LogIndex(last), term: Term(1))
        disk.setCapacity(disk.usedBytes + 4096)
        let writer = try host.snapshots.begin(.example(group, position))
        try writer.publish()
        try host.log.write(LogBatch(group, .snapshot(position)))
        try host.log.compact(group, through: position.index)
        let more = makeEntries(last + 1...last + 15, bytes: 500)
        for entry in more { try host.log.write(LogBatch(group, .append([entry]))) }
        let recovered = try host.log.entries(
            of: group, from: LogIndex(last + 1), byteLimit: 1 << 20)
        #expect(recovered == more)
    }

    @Test func `an older snapshot makes room for a new one`() throws {
        let disk = SimulatedDisk()
        let host = try HostDirectory.open(on: disk).host
        let bytes = makePayload(index: 1, term: 1, bytes: 5000)
        func write(_ index: UInt64) throws {
            let position = LogPosition(index: LogIndex(index), term: Term(1))
            let writer = try host.snapshots.begin(.example(group, position))
            try bytes.withUnsafeBytes { try writer.write($0) }
            try writer.publish()
        }
        try write(1)
        try write(2)
        try host.snapshots.prune(group, before: LogPosition(index: LogIndex(2), term: Term(1)))
        disk.setCapacity(disk.usedBytes + 1000)
        try write(3)
        let names = disk.paths.filter { $0.hasSuffix(".snapshot") }
        #expect(names.count == 2)
        #expect(try host.snapshots.openNewest(of: group)?.readAll() == bytes)
        disk.setCapacity(disk.usedBytes - 5000)
        #expect(errorCode { try write(4) } == .full)
        #expect(disk.paths.allSatisfy { !$0.hasSuffix(".tmp") })
        #expect(try host.snapshots.openNewest(of: group)?.metadata.position.index == LogIndex(3))
    }
}
