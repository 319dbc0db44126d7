/// The record that ends a batch: without it nothing of the batch counts.
///
/// Its index is the batch's sequence number, which goes up by one over all files of the log. The
/// hash covers the hash before and the checksum of every record, so the batches form a chain. The
/// hashes come last: a trailer whose second half a power cut lost differs from a whole one in
/// many bytes, which ``TailDiagnosis`` relies on.
struct BatchTrailer: Hashable {
    /// The bytes of the payload.
    static let payloadBytes = 32
    /// The bytes of the record.
    static let byteCount = RecordHeader.recordBytes(payloadLength: payloadBytes)

    /// The batch's number in the log, from 1.
    var sequence: UInt64
    /// Where its first record begins in the file.
    var firstOffset: UInt64
    /// The bytes of the records before the trailer.
    var bodyBytes: UInt64
    /// The records before the trailer; 0 in a batch that only confirms the one before.
    var recordCount: UInt32
    /// The hash of the batch before.
    var previousHash: UInt32
    /// The hash of this batch.
    var hash: UInt32

    /// Reads a trailer from a verified record, or nil if it is none.
    init?(_ record: Record) {
        guard record.header.kind == RecordKind.batchEnd.rawValue,
            record.payload.count == Self.payloadBytes, let base = record.payload.baseAddress
        else { return nil }
        sequence = record.header.index
        firstOffset = base.littleEndian(at: 0)
        bodyBytes = base.littleEndian(at: 8)
        recordCount = base.littleEndian(at: 16)
        previousHash = base.littleEndian(at: 24)
        hash = base.littleEndian(at: 28)
    }

    init(
        sequence: UInt64, firstOffset: UInt64, bodyBytes: UInt64, recordCount: UInt32,
        previousHash: UInt32, hash: UInt32
    ) {
        self.sequence = sequence
        self.firstOffset = firstOffset
        self.bodyBytes = bodyBytes
        self.recordCount = recordCount
        self.previousHash = previousHash
        self.hash = hash
    }

    func writePayload(to bytes: UnsafeMutableRawPointer) {
        bytes.storeLittleEndian(firstOffset, at: 0)
        bytes.storeLittleEndian(bodyBytes, at: 8)
        bytes.storeLittleEndian(recordCount, at: 16)
        bytes.storeLittleEndian(UInt32(0), at: 20)
        bytes.storeLittleEndian(previousHash, at: 24)
        bytes.storeLittleEndian(hash, at: 28)
    }
}

/// The hash of a batch while its records are added.
struct BatchHash {
    private var checksum = CRC32C()

    init(previous: UInt32, sequence: UInt64) {
        checksum.update(previous)
        checksum.update(sequence)
    }

    mutating func add(recordChecksum: UInt32) {
        checksum.update(recordChecksum)
    }

    var value: UInt32 { checksum.value }
}
