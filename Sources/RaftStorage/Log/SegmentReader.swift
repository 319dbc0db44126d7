import RaftCore
import RaftRuntime

/// Reads entries back from one file of the log.
final class SegmentReader {
    let sequence: UInt64
    private let path: String
    private let file: any DiskFile
    private let codec: RecordCodec
    private var window: [UInt8] = []
    private var windowOffset: UInt64 = 0

    /// The bytes read at once, unless a record is longer.
    private static let windowBytes = 256 << 10

    init(opening path: String, on disk: any Disk, sequence: UInt64) throws {
        self.path = path
        self.sequence = sequence
        do {
            file = try disk.open(path, .readOnly)
            let block = try file.readWhole(at: 0, byteCount: SegmentHeader.byteCount)
            let header = try block.withUnsafeBytes { try SegmentHeader(reading: $0) }
            codec = RecordCodec(salt: header.salt)
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    /// Appends the entries of a run from an index on, at least one.
    func read(
        _ run: EntryIndex.Run, from first: UInt64, reference: UInt32,
        byteLimit: inout Int, into entries: inout [LogEntry]
    ) throws {
        var offset = run.mark(for: first).offset
        var wanted = first
        windowOffset = 0
        window.removeAll(keepingCapacity: true)
        while wanted <= run.last && (byteLimit > 0 || entries.isEmpty) {
            offset += UInt64(
                try withRecord(at: offset) { record in
                    let isCarried = record.header.flags & EntryFlags.carried != 0
                    if record.header.kind == RecordKind.entry.rawValue
                        && record.header.group == reference && record.header.index == wanted
                        && isCarried == run.isCarried
                    {
                        let entry = try LogEntry(record)
                        byteLimit -= entry.payload.count + RecordHeader.byteCount
                        entries.append(entry)
                        wanted += 1
                    }
                    return record.byteCount
                })
        }
    }

    /// Lends the verified record at an offset, reading on in the file where needed.
    private func withRecord<Result>(
        at offset: UInt64, _ body: (Record) throws -> Result
    ) throws -> Result {
        if let result = try withRecordInWindow(at: offset, body) { return result }
        for byteCount in [Self.windowBytes, RecordHeader.payloadBytesMaximum * 2] {
            window = try file.readUpTo(byteCount, at: offset)
            windowOffset = offset
            if let result = try withRecordInWindow(at: offset, body) { return result }
        }
        throw LogDeviceError(
            .corrupt, "expected a record at byte \(offset), its checksum is wrong", path: path)
    }

    private func withRecordInWindow<Result>(
        at offset: UInt64, _ body: (Record) throws -> Result
    ) throws -> Result? {
        try window.withUnsafeBytes { bytes in
            try codec.record(at: Int(offset - windowOffset), in: bytes).map(body)
        }
    }
}

extension LogEntry {
    /// The entry that a verified record holds.
    init(_ record: Record) throws {
        guard let kind = EntryKind(rawValue: record.header.flags & EntryFlags.kindMask) else {
            throw LogDeviceError(
                .newerFormat, "entry \(record.header.index) is of an unknown kind")
        }
        self.init(
            index: LogIndex(record.header.index), term: Term(record.header.term), kind: kind,
            time: record.header.time, payload: [UInt8](record.payload))
    }
}
