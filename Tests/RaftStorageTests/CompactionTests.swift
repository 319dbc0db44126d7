import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import Testing

@Suite("Log compaction")
struct CompactionTests {
    private let busy = TestSettings.group
    private let quiet = TestSettings.quietGroup

    /// Writes much to one group, with a snapshot each 50 entries, beside a quiet one.
    private func runBusyGroup(_ host: HostDirectory, entries: UInt64) throws {
        for index in 1...entries {
            try host.log.write(LogBatch(busy, .append(makeEntries(index...index, bytes: 1000))))
            guard index % 50 == 0 else { continue }
            let position = LogPosition(index: LogIndex(index), term: Term(1))
            let writer = try host.snapshots.begin(.example(busy, position))
            try writer.publish()
            try host.log.write(LogBatch(busy, .snapshot(position)))
            try host.log.compact(busy, through: LogIndex(index))
        }
    }

    @Test func `a quiet group does not keep what a busy one writes`() throws {
        let disk = SimulatedDisk()
        let host = try HostDirectory.open(on: disk).host
        let quietEntries = makeEntries(1...8, bytes: 600)
        try host.log.write(
            LogBatch(writes: [
                (quiet, .openGroup(name: "quiet")), (busy, .openGroup(name: "busy")),
                (quiet, .append(quietEntries)),
            ]))
        try runBusyGroup(host, entries: 1000)
        let live = UInt64(50 * 1048 + 8 * 648)
        #expect(host.log.bytesOnDisk <= 3 * live + 6 * (64 << 10))
        let read = try host.log.entries(of: quiet, from: LogIndex(1), byteLimit: 1 << 20)
        #expect(read == quietEntries)
        try host.close()
        let recovered = try HostDirectory.open(on: disk).recovered
        #expect(recovered[quiet]?.entries == quietEntries)
    }

    @Test func `entries that no snapshot covers are kept whatever is asked`() throws {
        let host = try HostDirectory.open(on: SimulatedDisk()).host
        let entries = makeEntries(1...10)
        try host.log.write(LogBatch(busy, .openGroup(name: "a"), .append(entries)))
        try host.log.compact(busy, through: LogIndex(10))
        #expect(try host.log.entries(of: busy, from: LogIndex(1), byteLimit: 1 << 20) == entries)
        try host.log.write(
            LogBatch(busy, .snapshot(LogPosition(index: LogIndex(4), term: Term(1)))))
        try host.log.compact(busy, through: LogIndex(10))
        #expect(try host.log.entries(of: busy, from: LogIndex(4), byteLimit: 1 << 20).isEmpty)
        let rest = try host.log.entries(of: busy, from: LogIndex(5), byteLimit: 1 << 20)
        #expect(rest == Array(entries[4...]))
    }

    @Test func `what an earlier use of a file left behind never comes back`() throws {
        let disk = SimulatedDisk()
        let host = try HostDirectory.open(on: disk).host
        try host.log.write(LogBatch(busy, .openGroup(name: "busy")))
        try runBusyGroup(host, entries: 400)
        let renames = disk.calls.filter { $0.operation == .rename && $0.path.contains("/wal-") }
        #expect(!renames.isEmpty, "no file was recycled")
        // The newest file is followed by records of its earlier use.
        disk.crash { _ in false }
        let recovered = try HostDirectory.open(on: disk).recovered
        #expect(recovered[busy]?.entries.last?.index == LogIndex(400))
        for entry in recovered[busy]?.entries ?? [] {
            #expect(
                entry == makeEntries(entry.index.rawValue...entry.index.rawValue, bytes: 1000)[0])
        }
    }
}
