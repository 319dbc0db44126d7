import RaftCore
import RaftRuntime

extension WriteAheadLog {
    /// The files that a log may have however little of them is needed.
    static var filesAlwaysAllowed: Int { 4 }
    /// How many times the needed bytes the files may have beyond those.
    static var excessMaximum: UInt64 { 3 }
    /// The bytes that are written again in one batch.
    static var carriedBatchBytes: Int { 1 << 20 }

    /// Writes needed entries of the oldest file again, so that the file can go.
    ///
    /// Without this one entry of a quiet group would keep all that a busy one writes after it. The
    /// files before the newest stay below 3 times what is needed of them and 4 files.
    func carryForward() throws {
        while let oldest = segments.first, segments.count > Self.filesAlwaysAllowed {
            let needed = indexes.values.reduce(0) { $0 + $1.byteCount }
            let kept = segments.reduce(0) { $0 + $1.bytes }
            guard kept > needed * Self.excessMaximum else { return }
            do {
                try carryEntries(of: oldest.sequence)
            } catch let error as LogDeviceError where error.code == .full {
                return
            }
            try removeUnneededFiles()
        }
    }

    private func carryEntries(of file: UInt64) throws {
        let groups = heads.values.sorted { $0.reference < $1.reference }
        for head in groups {
            for run in indexes[head.group]?.runs ?? [] where run.file == file {
                try carry(run, of: head)
            }
        }
    }

    private func carry(_ run: EntryIndex.Run, of head: GroupHead) throws {
        var first = run.first
        while first <= run.last {
            let read = try entries(
                of: head.group, from: LogIndex(first), byteLimit: Self.carriedBatchBytes)
            let entries = read.prefix { $0.index.rawValue <= run.last }
            guard !entries.isEmpty else {
                preconditionFailure("entry \(first) of \(head.name) is in no file")
            }
            try writeCopies(of: entries, head)
            first += UInt64(entries.count)
        }
    }

    private func writeCopies(of entries: ArraySlice<LogEntry>, _ head: GroupHead) throws {
        let byteCount = entries.reduce(UInt64(BatchTrailer.byteCount)) {
            $0 + UInt64(RecordHeader.recordBytes(payloadLength: $1.payload.count))
        }
        try makeRoom(byteCount: byteCount, urgency: .ordinary)
        let file = current.header.sequence
        let places = try storeCopies(of: entries, reference: head.reference).map {
            EntryIndex.Place(file: file, offset: $0.offset, byteCount: $0.byteCount)
        }
        if let first = entries.first {
            indexes[head.group]?.move(from: first.index.rawValue, to: places)
        }
    }
}
