import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit

/// Where and how the tests of the log keep it.
enum TestSettings {
    static let directory = "/store"
    static let logDirectory = "/store/log"
    static let group = GroupID(high: 0xA, low: 1)
    static let otherGroup = GroupID(high: 0xB, low: 2)
    /// A group with a few entries that no snapshot ever covers.
    static let quietGroup = GroupID(high: 0xC, low: 3)

    /// Small files, so that a test rolls over often; the random bits come from the seed.
    static func options(
        seed: UInt64 = 1, findings: Lock<[StorageFinding]> = Lock([])
    ) -> LogOptions {
        let random = Lock(SeededRandom(seed: seed))
        return LogOptions(
            minimumSegmentBytes: 16 << 10, maximumSegmentBytes: 64 << 10,
            randomBits: { random.withLock { $0.next() } },
            report: { finding in findings.withLock { $0.append(finding) } })
    }
}

extension HostDirectory {
    /// Opens the test directory.
    static func open(
        on disk: any Disk, options: LogOptions = TestSettings.options(seed: 7)
    ) throws -> (host: HostDirectory, recovered: [GroupID: RecoveredGroup]) {
        try open(TestSettings.directory, disk: disk, options: options)
    }
}

extension WriteAheadLog {
    /// What the thread that makes files ready does when one is missing.
    func makeSpares() { _ = preparer?.drain(now: Instant(nanoseconds: 1)) }
}

/// Entries of a group from an index on, with payloads that tell where they belong.
func makeEntries(_ indexes: ClosedRange<UInt64>, term: UInt64 = 1, bytes: Int = 20) -> [LogEntry] {
    indexes.map { index in
        LogEntry(
            index: LogIndex(index), term: Term(term), kind: .command, time: 1000 + index,
            payload: makePayload(index: index, term: term, bytes: bytes))
    }
}

/// Bytes that differ between indexes, terms and places.
func makePayload(index: UInt64, term: UInt64, bytes: Int) -> [UInt8] {
    var random = SeededRandom(seed: index << 20 | term)
    var words: [UInt64] = []
    for _ in 0..<(bytes + 7) / 8 { words.append(random.next()) }
    return words.withUnsafeBytes { [UInt8]($0.prefix(bytes)) }
}

extension LogBatch {
    /// A batch of one group.
    init(_ group: GroupID, _ writes: LogWrite...) {
        self.init(writes: writes.map { (group, $0) })
    }
}

/// The code of the error that a body throws, or nil.
func errorCode(_ body: () throws -> Void) -> LogDeviceError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? LogDeviceError)?.code
    }
}
