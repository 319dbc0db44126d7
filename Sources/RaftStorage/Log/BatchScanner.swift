/// Walks the whole batches of a file, each verified before it is handed out.
struct BatchScanner {
    /// A verified batch.
    struct Batch {
        let trailer: BatchTrailer
        /// Where its records are, without the trailer.
        let body: Range<Int>
        /// Where the next batch begins.
        var end: Int { body.upperBound + BatchTrailer.byteCount }
    }

    let bytes: UnsafeRawBufferPointer
    let header: SegmentHeader
    let codec: RecordCodec
    /// Where the next batch begins, if there is one.
    private(set) var offset: Int
    /// The sequence number the next batch must have.
    private(set) var sequence: UInt64
    /// The hash of the batch before.
    private(set) var hash: UInt32
    /// After the end: where the first thing is that is no part of a whole batch.
    private(set) var badOffset: Int?

    init(_ bytes: UnsafeRawBufferPointer, header: SegmentHeader) {
        self.bytes = bytes
        self.header = header
        codec = RecordCodec(salt: header.salt)
        offset = SegmentHeader.byteCount
        sequence = header.firstBatchSequence
        hash = header.previousHash
    }

    /// The next batch, or nil when what follows is not a whole batch of this chain.
    mutating func next() -> Batch? {
        var place = offset
        var batchHash = BatchHash(previous: hash, sequence: sequence)
        var count: UInt32 = 0
        while let record = codec.record(at: place, in: bytes) {
            if record.header.kind == RecordKind.batchEnd.rawValue {
                return finish(record, at: place, count: count, hash: batchHash.value)
            }
            batchHash.add(recordChecksum: record.checksum)
            count += 1
            place += record.byteCount
        }
        badOffset = place
        return nil
    }

    private mutating func finish(
        _ record: Record, at place: Int, count: UInt32, hash expectedHash: UInt32
    ) -> Batch? {
        let expected = BatchTrailer(
            sequence: sequence, firstOffset: UInt64(offset), bodyBytes: UInt64(place - offset),
            recordCount: count, previousHash: hash, hash: expectedHash)
        guard let trailer = BatchTrailer(record), trailer == expected else {
            badOffset = place
            return nil
        }
        let batch = Batch(trailer: trailer, body: offset..<place)
        offset = batch.end
        sequence += 1
        hash = trailer.hash
        return batch
    }

    /// Calls a body with each record of a batch and its offset.
    func forEachRecord(of batch: Batch, _ body: (Record, Int) throws -> Void) rethrows {
        var place = batch.body.lowerBound
        while place < batch.body.upperBound, let record = codec.record(at: place, in: bytes) {
            try body(record, place)
            place += record.byteCount
        }
    }
}
