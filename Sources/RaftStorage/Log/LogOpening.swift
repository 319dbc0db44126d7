import RaftCore
import RaftRuntime

/// Makes a new log, or makes one that was read ready to be written.
enum LogOpening {
    /// Makes the first file of a log, and the spare that is its reserve.
    static func create(
        disk: any Disk, directory: String, options: LogOptions, identity: HostIdentity
    ) throws {
        let pool = SegmentPool(disk: disk, directory: directory, options: options)
        let bytes = options.minimumSegmentBytes
        let spare = try pool.make(bytes: bytes)
        let header = SegmentHeader(
            identity: identity, sequence: 1, salt: options.randomBits(), fileBytes: bytes,
            previousSequence: 0, previousHash: 0, firstBatchSequence: 1)
        let file = try disk.open(pool.path(of: spare), .readWrite)
        var buffer = BatchBuffer()
        let offset = SegmentHeader.byteCount
        buffer.begin(
            codec: RecordCodec(salt: header.salt), at: UInt64(offset), sequence: 1,
            previousHash: 0)
        _ = buffer.finish()
        try buffer.withBytes { try file.writeAll($0, at: UInt64(offset)) }
        try header.withBlock { try file.writeAll($0, at: 0) }
        try file.flush()
        try file.close()
        try disk.rename(pool.path(of: spare), to: pool.path(.segment(1)))
        _ = try pool.make(bytes: bytes)
        try disk.synchronizeDirectory(directory)
    }

    /// Opens the log that a scan has read, and gives back the entries it found.
    ///
    /// The page cache may hold what a failed flush never brought to the disk, so the last batch is
    /// written again and flushed before anything is told to anybody.
    static func open(
        _ scan: LogScan, options: LogOptions
    ) throws -> (log: WriteAheadLog, entries: [GroupID: [LogEntry]]) {
        let disk = scan.disk
        let directory = scan.directory
        guard let newest = scan.files.last else { preconditionFailure("the scan found no file") }
        for name in scan.temporaries { try disk.remove(directory + "/" + name) }
        let pool = SegmentPool(disk: disk, directory: directory, options: options)
        try adoptSpares(of: scan, in: pool)
        try disk.synchronizeDirectory(directory)
        let path = pool.path(.segment(newest.header.sequence))
        let file = try disk.open(path, .readWrite)
        var recovered = RecoveredLog(
            pool: pool,
            segments: scan.files.map {
                SegmentInfo(sequence: $0.header.sequence, bytes: $0.header.fileBytes)
            },
            current: Segment(file: file, header: newest.header, tail: UInt64(newest.tail)),
            nextBatchSequence: newest.lastBatch.sequence + 1, lastHash: newest.lastBatch.hash,
            isConfirmed: newest.lastBatch.recordCount == 0 || newest.batchCount == 1)
        recovered.nextReference = scan.groups.nextReference
        var entries: [GroupID: [LogEntry]] = [:]
        for group in scan.groups.groups.values {
            recovered.heads[group.head.group] = group.head
            recovered.indexes[group.head.group] = group.index
            entries[group.head.group] = group.entries
        }
        let log = WriteAheadLog(
            disk: disk, directory: directory, options: options, recovered: recovered)
        try rewriteTail(of: log, scan)
        for sequence in scan.obsolete {
            try disk.remove(pool.path(.segment(sequence)))
        }
        return (log, entries)
    }

    private static func adoptSpares(of scan: LogScan, in pool: SegmentPool) throws {
        for number in scan.spares {
            let path = pool.path(.spare(number))
            let file = try scan.disk.open(path, .readOnly)
            let bytes = try file.size()
            try file.close()
            let isUsable = bytes >= pool.smallestBytes && bytes % 4096 == 0
            if isUsable && pool.count < SegmentPool.wantedCount {
                pool.adopt(number: number, bytes: bytes)
            } else {
                try scan.disk.remove(path)
            }
        }
    }

    /// Writes the last batch again, ends the file before if that was not done, and confirms both.
    private static func rewriteTail(of log: WriteAheadLog, _ scan: LogScan) throws {
        guard let newest = scan.files.last else { return }
        let file = log.current.file
        let isEmpty = newest.batchCount == 1
        let start = isEmpty ? 0 : newest.lastBatch.firstOffset
        let bytes = try file.readWhole(at: start, byteCount: newest.tail - Int(start))
        try bytes.withUnsafeBytes { try file.writeAll($0, at: start) }
        try file.flush()
        if isEmpty, let before = scan.files.dropLast().last {
            let path = log.pool.path(.segment(before.header.sequence))
            let file = try log.disk.open(path, .readWrite)
            let segment = Segment(file: file, header: before.header, tail: UInt64(before.tail))
            try log.seal(segment, hash: before.lastBatch.hash)
            try file.close()
        }
        try log.confirm()
    }
}
