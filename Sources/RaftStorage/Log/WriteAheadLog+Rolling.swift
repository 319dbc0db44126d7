package import RaftRuntime

extension WriteAheadLog {
    /// Makes files ready whenever one is taken.
    package var preparer: (any Drained)? { pool }

    package func stopPreparing() {
        pool.stop()
    }

    /// Segments grow with the log: a quarter of what is kept, a power of two within the limits.
    var wantedSegmentBytes: UInt64 {
        let kept = segments.reduce(0) { $0 + $1.bytes }
        var bytes = options.minimumSegmentBytes
        while bytes * 2 <= options.maximumSegmentBytes && bytes * 4 <= kept { bytes *= 2 }
        return bytes
    }

    /// Makes sure that a batch fits into the current file.
    ///
    /// - Throws: ``LogDeviceError`` `.full`, with nothing changed.
    func makeRoom(byteCount: UInt64, urgency: BatchPlan.Urgency) throws {
        if urgency == .ordinary && pool.count == 0 {
            pool.add(try makeSpare(bytes: pool.smallestBytes))
        }
        var free = current.freeBytes
        if urgency == .reserve && pool.count == 0 {
            free -= min(free, options.reservedBytes)
        }
        guard byteCount > free else { return }
        try roll(minimumBytes: byteCount, urgency: urgency)
    }

    /// There is space if the current file has room for a while, or a spare is left beside the
    /// reserve.
    package func checkSpace() throws {
        try throwIfPoisoned()
        let bytes = pool.smallestBytes
        while pool.count < neededSpareCount {
            // Asked first, because trying fills the disk for a moment.
            let freeBytes = try poisoning { try disk.freeBytes(at: directory) }
            guard freeBytes >= bytes else {
                throw LogDeviceError(.full, "the disk is full", path: directory)
            }
            pool.add(try makeSpare(bytes: bytes))
        }
    }

    package var isShortOfSpace: Bool {
        guard pool.count < neededSpareCount, let freeBytes = try? disk.freeBytes(at: directory)
        else { return false }
        return freeBytes < pool.smallestBytes
    }

    private var neededSpareCount: Int {
        current.freeBytes >= pool.smallestBytes / 4 ? 1 : SegmentPool.wantedCount
    }

    /// Makes a file now; only a full disk leaves the log usable.
    private func makeSpare(bytes: UInt64) throws -> SegmentPool.Spare {
        do {
            return try pool.make(bytes: bytes)
        } catch {
            let error = LogDeviceError(wrapping: error)
            if error.code != .full { failure = error }
            throw error
        }
    }

    /// Goes on in a new file.
    private func roll(minimumBytes: UInt64, urgency: BatchPlan.Urgency) throws {
        let table = heads.values.sorted { $0.reference < $1.reference }
            .map { (reference: $0.reference, payload: $0.encoded()) }
        let tableBytes = table.reduce(BatchTrailer.byteCount) {
            $0 + RecordHeader.recordBytes(payloadLength: $1.payload.count)
        }
        let overhead = UInt64(SegmentHeader.byteCount + tableBytes) + Segment.sealBytes
        let needed = minimumBytes + overhead + options.reservedBytes
        let spare = try takeSpare(minimumBytes: needed, urgency: urgency)
        let header = SegmentHeader(
            identity: current.header.identity, sequence: current.header.sequence + 1,
            salt: options.randomBits(), fileBytes: spare.bytes,
            previousSequence: current.header.sequence, previousHash: lastHash,
            firstBatchSequence: nextBatchSequence)
        try begin(header, in: spare, table)
        try removeUnneededFiles()
    }

    /// A spare that leaves another one as the reserve.
    ///
    /// The reserve itself when the batch may use it, or when a file becomes free that replaces it.
    private func takeSpare(
        minimumBytes: UInt64, urgency: BatchPlan.Urgency
    ) throws -> SegmentPool.Spare {
        if let spare = pool.take(minimumBytes: minimumBytes, leaving: 1) { return spare }
        let unit = pool.smallestBytes
        do {
            return try makeSpare(bytes: (minimumBytes + unit - 1) / unit * unit)
        } catch {
            guard failure == nil, urgency > .ordinary || oldestNeededFile > segments[0].sequence,
                let reserve = pool.take(minimumBytes: minimumBytes, leaving: 0)
            else { throw error }
            return reserve
        }
    }

    /// Writes the head of a file, gives it its name, and ends the one before.
    ///
    /// The head is durable before the name is, and the name before the file before is ended.
    private func begin(
        _ header: SegmentHeader, in spare: SegmentPool.Spare,
        _ table: [(reference: UInt32, payload: [UInt8])]
    ) throws {
        try poisoning {
            if hasUnsynchronizedNames { try disk.synchronizeDirectory(directory) }
            hasUnsynchronizedNames = false
        }
        let before = current
        let hashBefore = lastHash
        do {
            try writeHead(header, in: spare, table)
        } catch {
            let error = LogDeviceError(wrapping: error)
            if error.code == .full { pool.add(spare) } else { failure = error }
            throw error
        }
        try poisoning {
            try disk.rename(pool.path(of: spare), to: pool.path(.segment(header.sequence)))
            try disk.synchronizeDirectory(directory)
            try seal(before, hash: hashBefore)
            try before.file.close()
        }
    }

    /// Writes the header and the group table, and makes the file the current one.
    private func writeHead(
        _ header: SegmentHeader, in spare: SegmentPool.Spare,
        _ table: [(reference: UInt32, payload: [UInt8])]
    ) throws {
        let file = try disk.open(pool.path(of: spare), .readWrite)
        var next = Segment(file: file, header: header, tail: UInt64(SegmentHeader.byteCount))
        beginBatch(codec: next.codec, at: next.tail, sequence: nextBatchSequence, hash: lastHash)
        for line in table {
            addRecord(RecordHeader(.groupState, group: line.reference), line.payload)
        }
        let trailer = try finishBatch { bytes, trailer in
            try Segment.writeWhole(bytes, to: file, at: next.tail)
            next.tail += UInt64(bytes.count)
            return trailer
        }
        try header.withBlock { try Segment.writeWhole($0, to: file, at: 0) }
        try file.flush()
        current = next
        segments.append(SegmentInfo(sequence: header.sequence, bytes: header.fileBytes))
        pool.wantedBytes = wantedSegmentBytes
        lastHash = trailer.hash
        nextBatchSequence += 1
        isConfirmed = true
    }

    /// Ends a file with the number of the next one.
    ///
    /// The batch has the sequence number of the next file's table: both follow the same batch.
    func seal(_ segment: Segment, hash: UInt32) throws {
        beginBatch(
            codec: segment.codec, at: segment.tail, sequence: current.header.firstBatchSequence,
            hash: hash)
        addRecord(RecordHeader(.fileEnd, index: segment.header.sequence + 1))
        try finishBatch { bytes, _ in
            try Segment.writeWhole(bytes, to: segment.file, at: segment.tail)
        }
        try segment.file.flush()
    }
}
