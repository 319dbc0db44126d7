import RaftCore
package import RaftRuntime

/// The log of a host: one chain of files shared by all its groups.
///
/// Each batch is one write and one flush into a prewritten file. `docs/FORMAT.md` has the format.
/// `@unchecked Sendable`: used by one caller at a time, as the port says.
package final class WriteAheadLog: LogDevice, @unchecked Sendable {
    let disk: any Disk
    let directory: String
    let options: LogOptions
    let pool: SegmentPool
    /// Oldest first; the last is ``current``.
    var segments: [SegmentInfo]
    var current: Segment
    var heads: [GroupID: GroupHead]
    var indexes: [GroupID: EntryIndex]
    var nextReference: UInt32
    var nextBatchSequence: UInt64
    var lastHash: UInt32
    /// Whether the last batch is an empty one, which proves those before it durable, or a group
    /// table, which needs no proof.
    var isConfirmed: Bool
    /// Whether names changed in the directory and were not made durable.
    var hasUnsynchronizedNames = false
    /// Why nothing more is written.
    var failure: LogDeviceError?
    var openReader: SegmentReader?
    private var buffer = BatchBuffer()
    /// Where the records of the entries in the batch begin, in order.
    private var entryOffsets: [UInt64] = []

    init(disk: any Disk, directory: String, options: LogOptions, recovered: RecoveredLog) {
        self.disk = disk
        self.directory = directory
        self.options = options
        pool = recovered.pool
        segments = recovered.segments
        current = recovered.current
        heads = recovered.heads
        indexes = recovered.indexes
        nextReference = recovered.nextReference
        nextBatchSequence = recovered.nextBatchSequence
        lastHash = recovered.lastHash
        isConfirmed = recovered.isConfirmed
        pool.wantedBytes = wantedSegmentBytes
    }

    package var bytesOnDisk: UInt64 {
        segments.reduce(pool.bytes) { $0 + $1.bytes }
    }

    package func write(_ batch: LogBatch) throws {
        try throwIfPoisoned()
        guard !batch.writes.isEmpty else { return }
        let plan = BatchPlan(batch, heads: heads, nextReference: nextReference)
        try makeRoom(byteCount: plan.byteCount, urgency: plan.urgency)
        encode(batch, plan)
        let trailer = buffer.finish()
        try store(trailer)
        apply(batch, plan)
    }

    /// Makes an empty batch durable, which proves that all before it was, and closes the file.
    ///
    /// A log that is not closed is as good; a closed one can tell more kinds of damage.
    package func close() throws {
        defer { failure = failure ?? LogDeviceError(.poisoned, "the log is closed") }
        if failure == nil { try confirm() }
        openReader = nil
        try current.file.close()
    }

    /// Makes an empty batch durable, unless the last one is one or the file has no room.
    func confirm() throws {
        guard !isConfirmed, current.freeBytes >= UInt64(BatchTrailer.byteCount) else { return }
        beginBatch()
        let trailer = buffer.finish()
        try store(trailer)
    }

    func throwIfPoisoned() throws {
        guard let failure else { return }
        throw LogDeviceError(
            .poisoned, "the log stopped after: \(failure.message)", path: failure.path,
            errno: failure.errno)
    }

    /// Runs a body whose failure, even for lack of space, leaves the disk in an unknown state.
    func poisoning<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            var failure = LogDeviceError(wrapping: error)
            if failure.code == .full { failure.code = .failed }
            self.failure = failure
            throw failure
        }
    }

    /// Begins a batch at the end of the current file.
    private func beginBatch() {
        beginBatch(
            codec: current.codec, at: current.tail, sequence: nextBatchSequence, hash: lastHash)
    }

    /// Begins a batch in some file.
    func beginBatch(codec: RecordCodec, at offset: UInt64, sequence: UInt64, hash: UInt32) {
        buffer.begin(codec: codec, at: offset, sequence: sequence, previousHash: hash)
    }

    /// Adds a record to the batch that was begun.
    func addRecord(_ header: RecordHeader, _ payload: [UInt8] = []) {
        buffer.add(header, payload)
    }

    /// Ends the batch that was begun, to be written elsewhere.
    func finishBatch<Result>(_ body: (UnsafeRawBufferPointer, BatchTrailer) throws -> Result)
        rethrows -> Result
    {
        let trailer = buffer.finish()
        return try buffer.withBytes { try body($0, trailer) }
    }

    /// Writes and flushes the finished batch.
    private func store(_ trailer: BatchTrailer) throws {
        let file = current.file
        let tail = current.tail
        let byteCount = UInt64(buffer.count)
        precondition(tail + byteCount <= current.header.fileBytes, "no room was made")
        do {
            try buffer.withBytes { try Segment.writeWhole($0, to: file, at: tail) }
        } catch let error as DiskError where error.isOutOfSpace {
            throw LogDeviceError(.full, "the disk is full", path: error.path, errno: error.errno)
        } catch {
            try poisoning { throw error }
        }
        try poisoning { try file.flush() }
        current.tail += byteCount
        nextBatchSequence += 1
        lastHash = trailer.hash
        isConfirmed = trailer.recordCount == 0
    }

    /// Makes copies of entries durable, marked as such; room was made.
    func storeCopies(
        of entries: ArraySlice<LogEntry>, reference: UInt32
    ) throws -> [(offset: UInt64, byteCount: Int)] {
        beginBatch()
        var places: [(offset: UInt64, byteCount: Int)] = []
        for entry in entries {
            let offset = buffer.nextOffset
            encode(entry, reference: reference, flags: EntryFlags.carried)
            places.append((offset, Int(buffer.nextOffset - offset)))
        }
        try store(buffer.finish())
        return places
    }

    private func encode(_ batch: LogBatch, _ plan: BatchPlan) {
        beginBatch()
        entryOffsets.removeAll(keepingCapacity: true)
        for ((group, write), reference) in zip(batch.writes, plan.references) {
            encode(write, group, reference: reference)
        }
    }

    private func encode(_ write: LogWrite, _ group: GroupID, reference: UInt32) {
        switch write {
        case .openGroup(let name):
            let payload = GroupHead.encodedOpening(group, name: name)
            buffer.add(RecordHeader(.openGroup, group: reference), payload)
        case .deleteGroup:
            buffer.add(RecordHeader(.deleteGroup, group: reference))
        case .hardState(let term, let vote):
            let payload = vote.map { vote in StructuredCoding.encode { $0.writeMember(vote) } }
            let header = RecordHeader(.hardState, group: reference, term: term.rawValue)
            buffer.add(header, payload ?? [])
        case .truncate(let index):
            buffer.add(RecordHeader(.truncate, group: reference, index: index.rawValue))
        case .snapshot(let position):
            buffer.add(
                RecordHeader(
                    .snapshot, group: reference, index: position.index.rawValue,
                    term: position.term.rawValue))
        case .append(let entries):
            for entry in entries {
                entryOffsets.append(buffer.nextOffset)
                encode(entry, reference: reference)
            }
        }
    }

    private func encode(_ entry: LogEntry, reference: UInt32, flags: UInt8 = 0) {
        let header = RecordHeader(
            .entry, flags: entry.kind.rawValue | flags, group: reference,
            index: entry.index.rawValue,
            term: entry.term.rawValue, time: entry.time)
        entry.payload.withUnsafeBytes { buffer.add(header, $0) }
    }

    /// Takes a durable batch over into what is known of the groups.
    private func apply(_ batch: LogBatch, _ plan: BatchPlan) {
        nextReference += UInt32(plan.opened.count)
        var offsets = entryOffsets[...]
        for ((group, write), reference) in zip(batch.writes, plan.references) {
            switch write {
            case .openGroup(let name):
                heads[group] = GroupHead(group: group, reference: reference, name: name)
                indexes[group] = EntryIndex()
            case .deleteGroup:
                heads[group] = nil
                indexes[group] = nil
            case .append(let entries):
                let file = current.header.sequence
                for (entry, offset) in zip(entries, offsets) {
                    let bytes = RecordHeader.recordBytes(payloadLength: entry.payload.count)
                    indexes[group]?.append(
                        entry.index.rawValue,
                        at: .init(file: file, offset: offset, byteCount: bytes))
                }
                offsets = offsets.dropFirst(entries.count)
                if let last = entries.last { heads[group]?.lastIndex = last.index }
            case .hardState(let term, let vote):
                heads[group]?.term = term
                heads[group]?.vote = vote
            case .truncate(let index):
                heads[group]?.truncate(from: index, &indexes[group])
            case .snapshot(let position):
                heads[group]?.adopt(snapshot: position, &indexes[group])
            }
        }
    }
}
