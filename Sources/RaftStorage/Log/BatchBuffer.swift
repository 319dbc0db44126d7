/// Encodes batches into memory that is used again for the next one.
struct BatchBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0
    private var recordChecksums: BatchHash
    private var recordCount: UInt32 = 0
    private var codec: RecordCodec
    private var start: UInt64 = 0
    private var sequence: UInt64 = 0
    private var previousHash: UInt32 = 0

    /// Memory above this is given back after the batch that needed it.
    private static let keptBytes = 8 << 20

    init() {
        capacity = 64 << 10
        base = .allocate(byteCount: capacity, alignment: 16)
        recordChecksums = BatchHash(previous: 0, sequence: 0)
        codec = RecordCodec(salt: 0)
    }

    deinit {
        base.deallocate()
    }

    /// Begins a batch that will be written at an offset of a file.
    mutating func begin(
        codec: RecordCodec, at offset: UInt64, sequence: UInt64, previousHash: UInt32
    ) {
        precondition(offset % 8 == 0, "batches begin at a multiple of 8, not at \(offset)")
        if capacity > Self.keptBytes { reallocate(Self.keptBytes, keeping: 0) }
        count = 0
        recordCount = 0
        start = offset
        self.codec = codec
        self.sequence = sequence
        self.previousHash = previousHash
        recordChecksums = BatchHash(previous: previousHash, sequence: sequence)
    }

    /// Where in the file the next record will begin.
    var nextOffset: UInt64 { start + UInt64(count) }

    /// Adds a record.
    mutating func add(_ header: RecordHeader, _ payload: UnsafeRawBufferPointer) {
        let checksum = addUncounted(header, payload)
        recordChecksums.add(recordChecksum: checksum)
        recordCount += 1
    }

    /// Adds a record.
    mutating func add(_ header: RecordHeader, _ payload: [UInt8] = []) {
        payload.withUnsafeBytes { add(header, $0) }
    }

    /// Adds the trailer and returns it; the batch is whole.
    mutating func finish() -> BatchTrailer {
        let trailer = BatchTrailer(
            sequence: sequence, firstOffset: start, bodyBytes: UInt64(count),
            recordCount: recordCount, previousHash: previousHash, hash: recordChecksums.value)
        withUnsafeTemporaryAllocation(byteCount: BatchTrailer.payloadBytes, alignment: 8) {
            payload in
            guard let bytes = payload.baseAddress else { return }
            trailer.writePayload(to: bytes)
            let header = RecordHeader(.batchEnd, index: sequence)
            _ = addUncounted(header, UnsafeRawBufferPointer(payload))
        }
        return trailer
    }

    /// Lends the encoded bytes.
    borrowing func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try body(UnsafeRawBufferPointer(start: base, count: count))
    }

    private mutating func addUncounted(
        _ header: RecordHeader, _ payload: UnsafeRawBufferPointer
    ) -> UInt32 {
        precondition(
            payload.count <= RecordHeader.payloadBytesMaximum,
            "a record's payload of \(payload.count) bytes is too long")
        let size = RecordHeader.recordBytes(payloadLength: payload.count)
        if capacity - count < size { reallocate(max(capacity * 2, count + size), keeping: count) }
        let place = base + count
        header.write(to: place, payloadLength: payload.count)
        if let source = payload.baseAddress {
            (place + RecordHeader.byteCount)
                .copyMemory(from: source, byteCount: payload.count)
        }
        let end = RecordHeader.byteCount + payload.count
        (place + end).initializeMemory(as: UInt8.self, repeating: 0, count: size - end)
        let checksum = codec.checksum(
            of: UnsafeRawBufferPointer(start: place + 4, count: size - 4))
        place.storeLittleEndian(checksum, at: 0)
        count += size
        return checksum
    }

    private mutating func reallocate(_ bytes: Int, keeping kept: Int) {
        let other = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
        other.copyMemory(from: base, byteCount: kept)
        base.deallocate()
        base = other
        capacity = bytes
    }
}
