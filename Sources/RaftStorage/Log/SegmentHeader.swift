import RaftCore
import RaftRuntime

/// The first block of a log file.
///
/// 4,096 bytes, little-endian but for the UUIDs:
///
///      0  magic "KHEPRIWL"        8  u32 format version    12  u32 zero
///     16  cluster UUID           32  incarnation UUID
///     48  u64 file sequence      56  u64 salt              64  u64 file size in bytes
///     72  u64 sequence of the file before, 0 for none
///     80  u32 hash of the last batch before this file      84  u32 zero
///     88  u64 sequence of the first batch in this file
///     zeros
///   4092  u32 CRC32C of all before
///
/// The first batch after it is the group table.
struct SegmentHeader: Hashable {
    /// The bytes of the block; records begin after it.
    static let byteCount = 4096
    /// The version of the log's format.
    static let currentVersion: UInt32 = 1
    private static let magic = Array("KHEPRIWL".utf8)

    var version: UInt32 = currentVersion
    var identity: HostIdentity
    var sequence: UInt64
    var salt: UInt64
    var fileBytes: UInt64
    var previousSequence: UInt64
    var previousHash: UInt32
    var firstBatchSequence: UInt64

    /// Why a block is no header.
    enum Refusal: Error, Hashable {
        case notALogFile
        case damaged
        case newerFormat(UInt32)
    }

    init(
        identity: HostIdentity, sequence: UInt64, salt: UInt64, fileBytes: UInt64,
        previousSequence: UInt64, previousHash: UInt32, firstBatchSequence: UInt64
    ) {
        self.identity = identity
        self.sequence = sequence
        self.salt = salt
        self.fileBytes = fileBytes
        self.previousSequence = previousSequence
        self.previousHash = previousHash
        self.firstBatchSequence = firstBatchSequence
    }

    /// Reads a header; throws ``Refusal``.
    init(reading bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count >= Self.byteCount, let base = bytes.baseAddress else {
            throw Refusal.damaged
        }
        guard bytes.prefix(Self.magic.count).elementsEqual(Self.magic) else {
            throw Refusal.notALogFile
        }
        let covered = UnsafeRawBufferPointer(rebasing: bytes[..<(Self.byteCount - 4)])
        guard CRC32C.checksum(covered) == base.littleEndian(at: Self.byteCount - 4) else {
            throw Refusal.damaged
        }
        version = base.littleEndian(at: 8)
        guard version <= Self.currentVersion else { throw Refusal.newerFormat(version) }
        identity = HostIdentity(
            cluster: base.identifier(at: 16), incarnation: base.identifier(at: 32))
        sequence = base.littleEndian(at: 48)
        salt = base.littleEndian(at: 56)
        fileBytes = base.littleEndian(at: 64)
        previousSequence = base.littleEndian(at: 72)
        previousHash = base.littleEndian(at: 80)
        firstBatchSequence = base.littleEndian(at: 88)
    }

    /// Checks that a file is what its name, its directory and its size say.
    func check(_ identity: HostIdentity, sequence: UInt64, byteCount: UInt64) throws {
        guard self.sequence == sequence else {
            throw LogDeviceError(
                .corrupt, "the name says file \(sequence), the header \(self.sequence)")
        }
        guard self.identity == identity else {
            throw LogDeviceError(.corrupt, "the file belongs to another host or cluster")
        }
        guard fileBytes == byteCount else {
            throw LogDeviceError(.corrupt, "expected \(fileBytes) bytes, found \(byteCount)")
        }
    }

    /// Lends the whole block.
    func withBlock<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { block in
            if let base = block.baseAddress { write(to: base) }
            return try body(UnsafeRawBufferPointer(block))
        }
    }

    /// Writes the whole block.
    private func write(to bytes: UnsafeMutableRawPointer) {
        bytes.initializeMemory(as: UInt8.self, repeating: 0, count: Self.byteCount)
        bytes.copyMemory(from: Self.magic, byteCount: Self.magic.count)
        bytes.storeLittleEndian(version, at: 8)
        bytes.storeIdentifier(identity.cluster, at: 16)
        bytes.storeIdentifier(identity.incarnation, at: 32)
        bytes.storeLittleEndian(sequence, at: 48)
        bytes.storeLittleEndian(salt, at: 56)
        bytes.storeLittleEndian(fileBytes, at: 64)
        bytes.storeLittleEndian(previousSequence, at: 72)
        bytes.storeLittleEndian(previousHash, at: 80)
        bytes.storeLittleEndian(firstBatchSequence, at: 88)
        let covered = UnsafeRawBufferPointer(start: bytes, count: Self.byteCount - 4)
        bytes.storeLittleEndian(CRC32C.checksum(covered), at: Self.byteCount - 4)
    }
}

extension UnsafeRawPointer {
    /// The 16 bytes of an identifier, in the order of a UUID's text.
    func identifier(at offset: Int) -> Identifier128 {
        Identifier128(
            high: UInt64(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
            low: UInt64(bigEndian: loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
    }
}

extension UnsafeMutableRawPointer {
    /// Stores the 16 bytes of an identifier, in the order of a UUID's text.
    func storeIdentifier(_ identifier: Identifier128, at offset: Int) {
        storeBytes(of: identifier.high.bigEndian, toByteOffset: offset, as: UInt64.self)
        storeBytes(of: identifier.low.bigEndian, toByteOffset: offset + 8, as: UInt64.self)
    }
}
