import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import Testing

@Suite("Snapshot files")
struct SnapshotDirectoryTests {
    private let group = TestSettings.group
    private let disk = SimulatedDisk()
    private let host: HostDirectory

    init() throws {
        host = try HostDirectory.open(on: disk).host
    }

    private func position(_ index: UInt64) -> LogPosition {
        LogPosition(index: LogIndex(index), term: Term(1))
    }

    private func write(_ index: UInt64, _ bytes: [UInt8], pieces: Int) throws {
        let writer = try host.snapshots.begin(.example(group, position(index)))
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes {
                try writer.write($0)
            }
        }
        try writer.publish()
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
    func `bytes come back as they were`(count: Int) throws {
        let bytes = makePayload(index: 1, term: 1, bytes: count)
        try write(1, bytes, pieces: 10_007)
        let reader = try #require(try host.snapshots.openNewest(of: group))
        #expect(reader.byteCount == UInt64(count))
        #expect(reader.metadata == .example(group, position(1)))
        #expect(try reader.readAll() == bytes)
        #expect(try reader.next() == nil)
    }

    @Test func `it is flushed each mebibyte`() throws {
        let calls = disk.calls.count
        try write(1, [UInt8](repeating: 7, count: 4 << 20), pieces: 1 << 20)
        var unflushed = 0
        for call in disk.calls[calls...] {
            if call.operation == .write { unflushed += 1 }
            if call.operation == .flush { unflushed = 0 }
            #expect(unflushed <= 17, "more than 1 MiB of chunks without a flush")
        }
        let operations = disk.calls[calls...].map(\.operation)
        #expect(operations.suffix(4) == [.flush, .close, .rename, .synchronizeDirectory])
    }

    @Test func `an abandoned one leaves nothing`() throws {
        let writer = try host.snapshots.begin(.example(group, position(1)))
        try [UInt8](repeating: 1, count: 100_000).withUnsafeBytes { try writer.write($0) }
        writer.abandon()
        #expect(try host.snapshots.openNewest(of: group) == nil)
        #expect(disk.paths.allSatisfy { !$0.contains("/snapshots/") })
        var forgotten: (any SnapshotWriter)? = try host.snapshots.begin(
            .example(group, position(2)))
        #expect(forgotten != nil)
        forgotten = nil
        #expect(disk.paths.allSatisfy { !$0.contains("/snapshots/") })
    }

    /// The indexes of the snapshots that are there.
    private func indexes() throws -> [UInt64] {
        try (1...9).filter { try host.snapshots.open(position($0), of: group) != nil }
    }

    @Test func `the one that the log names is kept with the one before`() throws {
        for index in 1...4 as ClosedRange<UInt64> { try write(index, [1], pieces: 1) }
        try host.snapshots.prune(group, before: position(4))
        #expect(try indexes() == [3, 4])
        #expect(try host.snapshots.openNewest(of: group)?.metadata.position == position(4))
        try host.snapshots.removeAll(of: group)
        #expect(try host.snapshots.openNewest(of: group) == nil)
    }

    @Test func `what is newer than the log says takes nobody's place`() throws {
        for index in 1...5 as ClosedRange<UInt64> { try write(index, [1], pieces: 1) }
        try host.snapshots.prune(group, before: position(3))
        #expect(try indexes() == [2, 3, 4, 5])
    }

    @Test func `on a full disk what the log names stays`() throws {
        for index in 1...3 as ClosedRange<UInt64> { try write(index, [1], pieces: 1) }
        try host.snapshots.prune(group, before: position(2))
        disk.setCapacity(disk.usedBytes + 1_000)
        let writer = try host.snapshots.begin(.example(group, position(4)))
        let isWritten =
            (try? [UInt8](repeating: 1, count: 100_000).withUnsafeBytes(writer.write)) != nil
        writer.abandon()
        #expect(!isWritten)
        #expect(try indexes() == [2, 3])
    }

    @Test func `two of the same position may be written at once`() throws {
        let writers = try (0..<2).map { _ in
            try host.snapshots.begin(.example(group, position(1)))
        }
        for (number, writer) in writers.enumerated() {
            try [UInt8](repeating: UInt8(number), count: 10).withUnsafeBytes(writer.write)
        }
        for (number, writer) in writers.enumerated() {
            try writer.publish()
            let reader = try #require(try host.snapshots.openNewest(of: group))
            #expect(try reader.readAll() == [UInt8](repeating: UInt8(number), count: 10))
        }
    }

    @Test func `one that ends early, goes on or is another's is passed over`() throws {
        try write(1, [1, 2, 3], pieces: 3)
        try write(2, makePayload(index: 2, term: 1, bytes: 70_000), pieces: 70_000)
        let path = try #require(disk.paths.last { $0.hasSuffix(".snapshot") })
        let other = try #require(disk.paths.first { $0.hasSuffix(".snapshot") })
        let bytes = disk.contents(of: path)
        let damages: [[UInt8]] = [
            [], Array(bytes.prefix(10)), Array(bytes.dropLast()), bytes + [0],
            Array(bytes.dropLast(32)), disk.contents(of: other),
            Array(bytes.prefix(200)) + Array(bytes.dropFirst(66_000)),
        ]
        for damage in damages {
            disk.replaceContents(of: path, with: damage)
            let reader = try #require(try host.snapshots.openNewest(of: group))
            #expect(reader.metadata.position == position(1))
        }
        disk.replaceContents(of: other, with: [])
        #expect(try host.snapshots.openNewest(of: group) == nil)
    }
}
