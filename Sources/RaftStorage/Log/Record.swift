/// The fixed part of a record.
///
/// 40 bytes, little-endian:
///
///     u32 checksum   u32 payload length
///     u8 kind   u8 flags   u16 version   u32 group
///     u64 index   u64 term   u64 time
///     payload, zeros up to a multiple of 8
///
/// The checksum is the CRC32C of the file's salt and of everything after the checksum, padding
/// included, so a byte that an earlier use of the file left behind never passes.
struct RecordHeader: Hashable {
    /// The bytes before the payload.
    static let byteCount = 40
    /// The version of this layout.
    static let currentVersion: UInt16 = 1
    /// The longest payload; a longer length is damage.
    static let payloadBytesMaximum = 32 << 20

    var kind: UInt8
    var flags: UInt8 = 0
    var version: UInt16 = currentVersion
    var group: UInt32 = 0
    var index: UInt64 = 0
    var term: UInt64 = 0
    var time: UInt64 = 0

    init(
        _ kind: RecordKind, flags: UInt8 = 0, group: UInt32 = 0, index: UInt64 = 0,
        term: UInt64 = 0, time: UInt64 = 0
    ) {
        self.kind = kind.rawValue
        self.flags = flags
        self.group = group
        self.index = index
        self.term = term
        self.time = time
    }

    /// Reads all but checksum and length; 40 bytes are there.
    init(reading bytes: UnsafeRawPointer) {
        kind = bytes.load(fromByteOffset: 8, as: UInt8.self)
        flags = bytes.load(fromByteOffset: 9, as: UInt8.self)
        version = bytes.littleEndian(at: 10)
        group = bytes.littleEndian(at: 12)
        index = bytes.littleEndian(at: 16)
        term = bytes.littleEndian(at: 24)
        time = bytes.littleEndian(at: 32)
    }

    /// Writes all but the checksum.
    func write(to bytes: UnsafeMutableRawPointer, payloadLength: Int) {
        bytes.storeLittleEndian(UInt32(payloadLength), at: 4)
        bytes.storeBytes(of: kind, toByteOffset: 8, as: UInt8.self)
        bytes.storeBytes(of: flags, toByteOffset: 9, as: UInt8.self)
        bytes.storeLittleEndian(version, at: 10)
        bytes.storeLittleEndian(group, at: 12)
        bytes.storeLittleEndian(index, at: 16)
        bytes.storeLittleEndian(term, at: 24)
        bytes.storeLittleEndian(time, at: 32)
    }

    /// The size of a record with a payload of some length.
    static func recordBytes(payloadLength: Int) -> Int {
        byteCount + (payloadLength + 7) & ~7
    }
}

/// A verified record in borrowed memory.
struct Record {
    let header: RecordHeader
    let payload: UnsafeRawBufferPointer
    let checksum: UInt32

    /// The bytes it takes, padding included.
    var byteCount: Int { RecordHeader.recordBytes(payloadLength: payload.count) }
}

/// Writes and checks the records of one file.
struct RecordCodec {
    /// The checksum after the salt.
    private let salted: CRC32C

    init(salt: UInt64) {
        var checksum = CRC32C()
        checksum.update(salt)
        salted = checksum
    }

    /// The checksum over bytes that begin after a record's checksum field.
    func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        var checksum = salted
        checksum.update(bytes)
        return checksum.value
    }

    /// The record at an offset, or nil if what is there is not a whole record with its checksum.
    func record(at offset: Int, in bytes: UnsafeRawBufferPointer) -> Record? {
        guard offset >= 0, offset + RecordHeader.byteCount <= bytes.count,
            let base = bytes.baseAddress
        else { return nil }
        let start = base + offset
        let length = Int(start.littleEndian(at: 4) as UInt32)
        guard length <= RecordHeader.payloadBytesMaximum else { return nil }
        let size = RecordHeader.recordBytes(payloadLength: length)
        guard size <= bytes.count - offset else { return nil }
        let stored: UInt32 = start.littleEndian(at: 0)
        let covered = UnsafeRawBufferPointer(start: start + 4, count: size - 4)
        guard checksum(of: covered) == stored else { return nil }
        let payload = UnsafeRawBufferPointer(
            start: start + RecordHeader.byteCount, count: length)
        return Record(
            header: RecordHeader(reading: start), payload: payload, checksum: stored)
    }
}
