import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit

/// A small data directory, the same each time, with one of everything.
struct ExampleDirectory {
    let disk = SimulatedDisk()
    /// What the log knows.
    private(set) var model = StorageModel()
    /// The bytes of the two snapshots of the first group, by index.
    let snapshots: [UInt64: [UInt8]] = [
        3: makePayload(index: 3, term: 1, bytes: 100),
        5: makePayload(index: 5, term: 1, bytes: 300),
    ]
    /// Where the last batch begins in the only file of the log, and where it ends.
    private(set) var lastBatch = 0..<0

    static let logPath = "/store/log/wal-0000000000000001.log"

    /// - Parameter isClosed: Whether the log was closed, or left as by a power cut.
    init(isClosed: Bool) throws {
        let host = try HostDirectory.open(on: disk).host
        let group = TestSettings.group
        let member = MemberID(node: 3, incarnation: TestSettings.otherGroup)
        try write(LogBatch(group, .openGroup(name: "default")), host)
        try write(LogBatch(group, .hardState(term: Term(1), vote: member)), host)
        try write(LogBatch(group, .append(makeEntries(1...6))), host)
        for index in snapshots.keys.sorted() { try takeSnapshot(index, host) }
        try write(
            LogBatch(writes: [
                (TestSettings.otherGroup, .openGroup(name: "second")),
                (TestSettings.otherGroup, .append(makeEntries(1...2, term: 4))),
                (group, .truncate(from: LogIndex(6))),
                (group, .hardState(term: Term(2), vote: nil)),
            ]), host)
        let start = usedBytes
        try write(LogBatch(group, .append(makeEntries(6...7, term: 2, bytes: 30))), host)
        lastBatch = start..<usedBytes
        if isClosed { try host.close() }
        disk.crash { _ in false }
    }

    /// Where the log ends: after the last byte that is not zero, a multiple of 8.
    private var usedBytes: Int {
        let bytes = disk.contents(of: Self.logPath)
        return ((bytes.lastIndex { $0 != 0 } ?? 0) + 8) & ~7
    }

    private mutating func write(_ batch: LogBatch, _ host: HostDirectory) throws {
        try host.log.write(batch)
        model.apply(batch)
    }

    private mutating func takeSnapshot(_ index: UInt64, _ host: HostDirectory) throws {
        let position = LogPosition(index: LogIndex(index), term: Term(1))
        let writer = try host.snapshots.begin(.example(TestSettings.group, position))
        try snapshots[index]?.withUnsafeBytes { try writer.write($0) }
        try writer.publish()
        try write(LogBatch(TestSettings.group, .snapshot(position)), host)
    }

    /// A copy of the disk with some bytes of a file changed.
    func damaged(_ path: String, _ change: (inout [UInt8]) -> Void) -> SimulatedDisk {
        let copy = disk.copy()
        var bytes = copy.contents(of: path)
        change(&bytes)
        copy.replaceContents(of: path, with: bytes)
        return copy
    }
}
