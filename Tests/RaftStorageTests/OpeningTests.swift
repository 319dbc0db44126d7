import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import Testing

@Suite("Opening a directory")
struct OpeningTests {
    private let group = TestSettings.group
    private let example: ExampleDirectory

    init() throws {
        example = try ExampleDirectory(isClosed: true)
    }

    /// The code and path of the error that opening throws.
    private func openingError(_ disk: SimulatedDisk) -> LogDeviceError? {
        do {
            _ = try HostDirectory.open(on: disk)
            return nil
        } catch {
            return error as? LogDeviceError
        }
    }

    /// A log of several files, closed.
    private func makeLongLog() throws -> (disk: SimulatedDisk, entries: [LogEntry]) {
        let disk = SimulatedDisk()
        let host = try HostDirectory.open(on: disk).host
        let entries = makeEntries(1...80, bytes: 1000)
        try host.log.write(LogBatch(group, .openGroup(name: "a")))
        for entry in entries { try host.log.write(LogBatch(group, .append([entry]))) }
        try host.close()
        return (disk, entries)
    }

    @Test func `what was written comes back, with identity and progress`() throws {
        var progress: [OpenProgress] = []
        let options = TestSettings.options(seed: 3)
        let opened = try HostDirectory.open(
            TestSettings.directory, disk: example.disk, options: options
        ) { progress.append($0) }
        #expect(example.model.complaint(about: opened.recovered) == nil)
        #expect(progress == [OpenProgress(bytesRead: 16384, bytesTotal: 16384)])
        let identity = opened.host.identity
        try opened.host.close()
        let again = try HostDirectory.open(on: example.disk, options: options)
        #expect(again.host.identity == identity)
        #expect(example.model.complaint(about: again.recovered) == nil)
    }

    @Test func `a directory is open once`() throws {
        let first = try HostDirectory.open(on: example.disk).host
        #expect(openingError(example.disk)?.code == .locked)
        #expect(
            errorCode {
                _ = try DirectoryVerifier.verify(TestSettings.directory, disk: example.disk)
            } == .locked)
        try first.close()
        #expect(openingError(example.disk) == nil)
    }

    @Test func `closing gives the directory free even if the log cannot be closed`() throws {
        let disk = example.disk.copy()
        let host = try HostDirectory.open(on: disk).host
        disk.observe { call in
            guard call.operation == .close, call.path.hasPrefix("/store/log") else { return }
            disk.fail(call: call.number, with: .error(DiskFault.inputOutput))
        }
        #expect(errorCode { try host.close() } == .failed)
        disk.observe(nil)
        try HostDirectory.open(on: disk).host.close()
    }

    @Test func `another cluster is refused`() throws {
        var options = TestSettings.options()
        options.cluster = GroupID(high: 9, low: 9)
        let code = errorCode {
            _ = try HostDirectory.open(TestSettings.directory, disk: example.disk, options: options)
        }
        #expect(code == .invalid)
        let fresh = try HostDirectory.open("/fresh", disk: example.disk, options: options)
        #expect(fresh.host.identity.cluster == GroupID(high: 9, low: 9))
    }

    @Test func `a directory with foreign files is left alone`() throws {
        let disk = SimulatedDisk()
        try disk.makeDirectory("/store")
        _ = try disk.open("/store/photos.zip", .create)
        let calls = disk.calls.count
        #expect(openingError(disk)?.code == .invalid)
        #expect(openingError(disk)?.message.contains("photos.zip") == true)
        #expect(disk.calls[calls...].allSatisfy { [.inspect, .list].contains($0.operation) })
    }

    @Test func `a file in place of the directory, and a missing parent, are refused`() throws {
        let disk = SimulatedDisk()
        _ = try disk.open("/store", .create)
        #expect(openingError(disk)?.code == .invalid)
        let code = errorCode {
            _ = try HostDirectory.open("/no/store", disk: disk, options: TestSettings.options())
        }
        #expect(code == .invalid)
    }

    @Test func `data without identity are refused`() throws {
        try example.disk.remove("/store/identity")
        let refusal = try #require(openingError(example.disk))
        #expect(refusal.code == .invalid)
        #expect(refusal.message.contains("identity"))
    }

    @Test func `a newer format is named`() throws {
        let disk = example.damaged(ExampleDirectory.logPath) { bytes in
            bytes[8] = 2
            let checksum = bytes.withUnsafeBytes {
                CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[..<4092]))
            }
            withUnsafeBytes(of: checksum.littleEndian) {
                bytes.replaceSubrange(4092..<4096, with: $0)
            }
        }
        let refusal = try #require(openingError(disk))
        #expect(refusal.code == .newerFormat)
        #expect(refusal.message.contains("found 2"))
    }

    @Test func `any missing file of the log is noticed`() throws {
        let (disk, entries) = try makeLongLog()
        let paths = disk.paths.filter { $0.contains("/wal-") }
        #expect(paths.count > 4)
        for path in paths {
            let copy = disk.copy()
            try copy.remove(path)
            let refusal = try #require(openingError(copy), "\(path)")
            #expect([.corrupt, .invalid].contains(refusal.code))
            #expect(refusal.message.contains("missing"))
        }
        let recovered = try HostDirectory.open(on: disk).recovered
        #expect(recovered[group]?.entries == entries)
    }

    @Test func `doubled, cut and foreign files of the log are noticed`() throws {
        let (disk, _) = try makeLongLog()
        let paths = disk.paths.filter { $0.contains("/wal-") }
        let foreign = example.disk.contents(of: ExampleDirectory.logPath)
        for (path, other) in zip(paths, paths.dropFirst()) {
            let doubled = disk.copy()
            doubled.replaceContents(of: other, with: disk.contents(of: path))
            #expect(openingError(doubled)?.code == .corrupt)
            #expect(openingError(doubled)?.path == other)
            let cut = disk.copy()
            cut.replaceContents(of: path, with: Array(disk.contents(of: path).dropLast(512)))
            #expect(openingError(cut)?.code == .corrupt)
            #expect(openingError(cut)?.path == path)
            let replaced = disk.copy()
            replaced.replaceContents(of: path, with: foreign)
            #expect(openingError(replaced)?.code == .corrupt)
        }
    }

    @Test func `a log without its snapshot is refused, a snapshot without its log removed`() throws
    {
        let snapshots = example.disk.paths.filter { $0.hasSuffix(".snapshot") }
        let withoutNewest = example.disk.copy()
        try withoutNewest.remove(snapshots[1])
        #expect(openingError(withoutNewest) == nil)
        let withoutLog = example.disk.copy()
        try withoutLog.remove(ExampleDirectory.logPath)
        #expect(openingError(withoutLog)?.code == .invalid)

        let host = try HostDirectory.open(on: example.disk).host
        try host.log.compact(group, through: LogIndex(5))
        for index in 8...60 as ClosedRange<UInt64> {
            let entries = makeEntries(index...index, term: 2, bytes: 1000)
            try host.log.write(LogBatch(group, .append(entries)))
        }
        try host.close()
        let withoutAny = example.disk.copy()
        for path in snapshots { try withoutAny.remove(path) }
        let refusal = try #require(openingError(withoutAny))
        #expect(refusal.code == .corrupt)
        #expect(refusal.path == snapshots[1])

        let opened = try HostDirectory.open(on: example.disk).host
        let orphan = GroupID(high: 5, low: 5)
        let position = LogPosition(index: LogIndex(1), term: Term(1))
        try opened.snapshots.begin(.example(orphan, position)).publish()
        try opened.close()
        let findings = Lock<[StorageFinding]>([])
        _ = try HostDirectory.open(
            on: example.disk, options: TestSettings.options(findings: findings))
        #expect(findings.withLock { $0.map(\.severity) } == [.note])
        #expect(example.disk.paths.filter { $0.hasSuffix(".snapshot") } == snapshots)
    }
}
