import RaftCore
import RaftRuntime

/// Reads all files of a log, checks them, and changes nothing.
struct LogScan {
    /// A file of the chain with its end.
    struct ScannedFile {
        let header: SegmentHeader
        /// The last whole batch, without the one that ends the file.
        var lastBatch: BatchTrailer
        /// Where the next batch goes, or the one that ends the file is.
        var tail: Int
        /// The number of batches, the table among them.
        var batchCount = 1
        var isSealed = false
        /// What is behind the last whole batch, for the newest file.
        var verdict = TailDiagnosis.Verdict.torn
    }

    let disk: any Disk
    let directory: String
    let identity: HostIdentity

    /// The chain, oldest first.
    private(set) var files: [ScannedFile] = []
    private(set) var groups = RecoveringGroups()
    /// Files older than the chain, which a crash kept from being removed.
    private(set) var obsolete: [UInt64] = []
    private(set) var spares: [UInt64] = []
    private(set) var temporaries: [String] = []

    init(disk: any Disk, directory: String, identity: HostIdentity) {
        self.disk = disk
        self.directory = directory
        self.identity = identity
    }

    /// Reads everything; throws ``LogDeviceError`` for the first thing that must not be.
    mutating func run(progress: (OpenProgress) -> Void) throws {
        let headers = try chain(of: try listSegments())
        var state = OpenProgress(
            bytesRead: 0, bytesTotal: headers.reduce(0) { $0 + $1.fileBytes })
        for (place, header) in headers.enumerated() {
            let next = place + 1 < headers.count ? headers[place + 1] : nil
            let path = path(header.sequence)
            do {
                try scan(header, next: next)
            } catch {
                throw LogDeviceError(wrapping: error, path: path)
            }
            state.bytesRead += header.fileBytes
            progress(state)
        }
        do { try groups.finish() } catch {
            throw LogDeviceError(wrapping: error, path: headers.first.map { path($0.sequence) })
        }
    }

    private mutating func listSegments() throws -> [UInt64] {
        var sequences: [UInt64] = []
        for name in try disk.names(in: directory) {
            switch LogFileName(name) {
            case .segment(let sequence): sequences.append(sequence)
            case .spare(let number): spares.append(number)
            case .unfinished: temporaries.append(name)
            case nil: break
            }
        }
        guard !sequences.isEmpty else {
            throw LogDeviceError(.invalid, "the log has no files", path: directory)
        }
        return sequences.sorted()
    }

    /// The headers of the newest files without a gap; those before a gap are obsolete.
    private mutating func chain(of sequences: [UInt64]) throws -> [SegmentHeader] {
        var headers: [SegmentHeader] = []
        for sequence in sequences.reversed() {
            if let newer = headers.last, newer.previousSequence != sequence {
                obsolete = sequences.filter { $0 <= sequence }
                break
            }
            do {
                headers.append(try header(of: sequence))
            } catch {
                throw LogDeviceError(wrapping: error, path: path(sequence))
            }
        }
        return headers.reversed()
    }

    private func header(of sequence: UInt64) throws -> SegmentHeader {
        let file = try disk.open(path(sequence), .readOnly)
        let size = try file.size()
        let block = try file.readWhole(at: 0, byteCount: SegmentHeader.byteCount)
        try file.close()
        let header = try block.withUnsafeBytes { try SegmentHeader(reading: $0) }
        try header.check(identity, sequence: sequence, byteCount: size)
        return header
    }

    private mutating func scan(_ header: SegmentHeader, next: SegmentHeader?) throws {
        let file = try disk.open(path(header.sequence), .readOnly)
        let bytes = try file.readWhole(at: 0, byteCount: Int(header.fileBytes))
        try file.close()
        let scanned = try bytes.withUnsafeBytes { try scan($0, header) }
        try checkEnd(of: scanned, next: next)
        if let before = files.last, !before.isSealed, next != nil || scanned.batchCount > 1 {
            throw LogDeviceError(
                .corrupt, "expected the end of the file at byte \(before.tail)",
                path: path(before.header.sequence))
        }
        files.append(scanned)
    }

    /// Applies the batches of one file.
    private mutating func scan(
        _ bytes: UnsafeRawBufferPointer, _ header: SegmentHeader
    ) throws -> ScannedFile {
        var scanner = BatchScanner(bytes, header: header)
        guard let table = scanner.next() else {
            throw LogDeviceError(.corrupt, "the group table is damaged")
        }
        try applyTable(table, scanner)
        var file = ScannedFile(header: header, lastBatch: table.trailer, tail: scanner.offset)
        while let batch = scanner.next() {
            let first = scanner.codec.record(at: batch.body.lowerBound, in: bytes)
            if let first, first.header.kind == RecordKind.fileEnd.rawValue {
                file.isSealed = true
                return file
            }
            try scanner.forEachRecord(of: batch) { record, offset in
                do {
                    try groups.apply(record, at: offset, file: header.sequence)
                } catch {
                    throw LogDeviceError(wrapping: error).located(at: offset)
                }
            }
            file.lastBatch = batch.trailer
            file.tail = scanner.offset
            file.batchCount += 1
        }
        file.verdict = TailDiagnosis(after: scanner).verdict()
        return file
    }

    private mutating func applyTable(_ table: BatchScanner.Batch, _ scanner: BatchScanner) throws {
        var heads: [GroupHead] = []
        try scanner.forEachRecord(of: table) { record, offset in
            guard record.header.kind == RecordKind.groupState.rawValue else {
                throw LogDeviceError(.corrupt, "expected only groups in the table")
                    .located(at: offset)
            }
            heads.append(
                try GroupHead(reference: record.header.group, decoding: record.payload))
        }
        try groups.apply(table: heads, isFirst: files.isEmpty)
    }

    /// Checks that a file ends where the next one begins, or that nothing comes after it.
    ///
    /// Only a file whose successor is the newest and empty may lack its end: the crash came
    /// between the two.
    private func checkEnd(of file: ScannedFile, next: SegmentHeader?) throws {
        if let next {
            guard file.lastBatch.hash == next.previousHash,
                file.lastBatch.sequence + 1 == next.firstBatchSequence
            else {
                throw LogDeviceError(
                    .corrupt,
                    "expected batches up to \(next.firstBatchSequence - 1), found only "
                        + "\(file.lastBatch.sequence)"
                ).located(at: file.tail)
            }
            return
        }
        if file.isSealed {
            let missing = LogFileName.segment(file.header.sequence + 1).text
            throw LogDeviceError(.corrupt, "the log goes on in \(missing), which is missing")
        }
        if case .corrupt(let offset, let reason) = file.verdict {
            throw LogDeviceError(.corrupt, reason).located(at: offset)
        }
    }

    private func path(_ sequence: UInt64) -> String {
        directory + "/" + LogFileName.segment(sequence).text
    }
}

extension LogDeviceError {
    /// The same with the place in the file in its message.
    fileprivate func located(at offset: Int) -> LogDeviceError {
        LogDeviceError(code, "at byte \(offset): \(message)", path: path, errno: errno)
    }
}
