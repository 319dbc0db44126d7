import CBOR
import RaftCore
import RaftRuntime

/// The layout of a snapshot file.
///
/// Little-endian:
///
///     "KHEPRISN"   u32 format version   u32 length of the metadata
///     metadata, a CBOR map   u32 CRC32C of all before
///     chunks:   u32 checksum   u32 length, 1 to 1 MiB   bytes
///     trailer:  u32 checksum   u32 zero   u64 state bytes   u64 chunks   u32 hash   u32 zero
///
/// A checksum is the CRC32C of the file's salt, the chunk's number and all after the checksum. The
/// hash is the CRC32C of the checksums of all chunks. Nothing follows the trailer.
enum SnapshotFormat {
    static let magic = Array("KHEPRISN".utf8)
    static let currentVersion: UInt32 = 1
    /// The bytes before the metadata.
    static let prefixBytes = 16
    static let metadataBytesMaximum = 1 << 20
    /// What the writer puts into a chunk.
    static let chunkBytes = 64 << 10
    /// What a reader accepts in a chunk.
    static let chunkBytesMaximum = 1 << 20
    static let chunkPrefixBytes = 8
    static let trailerBytes = 32

    /// The checksum of a chunk or trailer whose bytes after the checksum are given.
    static func checksum(salt: UInt64, number: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(salt)
        checksum.update(number)
        checksum.update(bytes)
        return checksum.value
    }
}

/// The head of a snapshot file.
struct SnapshotHeader {
    var metadata: SnapshotMetadata
    var identity: HostIdentity
    var salt: UInt64

    func encoded() -> [UInt8] {
        let map = encodedMap()
        var bytes = SnapshotFormat.magic
        withUnsafeBytes(of: SnapshotFormat.currentVersion.littleEndian) { bytes += $0 }
        withUnsafeBytes(of: UInt32(map.count).littleEndian) { bytes += $0 }
        bytes += map
        let checksum = bytes.withUnsafeBytes { CRC32C.checksum($0) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes += $0 }
        return bytes
    }

    /// The length of the whole head, read from its prefix.
    static func byteCount(prefix: UnsafeRawBufferPointer) throws -> Int {
        guard prefix.count >= SnapshotFormat.prefixBytes, let base = prefix.baseAddress,
            prefix.prefix(8).elementsEqual(SnapshotFormat.magic)
        else { throw LogDeviceError(.corrupt, "expected the header of a snapshot") }
        let length: UInt32 = base.littleEndian(at: 12)
        guard length <= SnapshotFormat.metadataBytesMaximum else {
            throw LogDeviceError(.corrupt, "the metadata's length is \(length)")
        }
        return SnapshotFormat.prefixBytes + Int(length) + 4
    }

    /// Reads a whole head.
    init(reading bytes: UnsafeRawBufferPointer) throws {
        guard let base = bytes.baseAddress else {
            throw LogDeviceError(.corrupt, "expected the header of a snapshot")
        }
        let body = UnsafeRawBufferPointer(rebasing: bytes.dropLast(4))
        guard CRC32C.checksum(body) == base.littleEndian(at: body.count) else {
            throw LogDeviceError(.corrupt, "the header's checksum is wrong")
        }
        let version: UInt32 = base.littleEndian(at: 8)
        guard version <= SnapshotFormat.currentVersion else {
            throw LogDeviceError(
                .newerFormat,
                "expected snapshot format \(SnapshotFormat.currentVersion) or lower, "
                    + "found \(version)")
        }
        try self.init(
            decoding: UnsafeRawBufferPointer(rebasing: body.dropFirst(SnapshotFormat.prefixBytes)))
    }

    init(metadata: SnapshotMetadata, identity: HostIdentity, salt: UInt64) {
        self.metadata = metadata
        self.identity = identity
        self.salt = salt
    }

    private func encodedMap() -> [UInt8] {
        StructuredCoding.encode { writer in
            writer.writeMapHeader(8)
            writer.writeUnsigned(0)
            writer.writeIdentifier(identity.cluster)
            writer.writeUnsigned(1)
            writer.writeIdentifier(identity.incarnation)
            writer.writeUnsigned(2)
            writer.writeUnsigned(salt)
            writer.writeUnsigned(3)
            writer.writeIdentifier(metadata.group)
            writer.writeUnsigned(4)
            writer.writePosition(metadata.position)
            writer.writeUnsigned(5)
            writer.writeUnsigned(metadata.time)
            writer.writeUnsigned(6)
            writer.writeBytes(metadata.configuration)
            writer.writeUnsigned(7)
            writer.writeUnsigned(UInt64(metadata.machineVersion))
        }
    }

    private init(decoding map: UnsafeRawBufferPointer) throws {
        let nowhere = Identifier128(high: 0, low: 0)
        var cluster: Identifier128?
        var incarnation = nowhere
        salt = 0
        metadata = SnapshotMetadata(
            group: nowhere, position: .zero, time: 0, configuration: [], machineVersion: 0)
        var metadata = metadata
        var salt: UInt64 = 0
        try StructuredCoding.decodeMap(map) { key, reader in
            switch key {
            case 0: cluster = try reader.readIdentifier()
            case 1: incarnation = try reader.readIdentifier()
            case 2: salt = try reader.readUnsigned()
            case 3: metadata.group = try reader.readIdentifier()
            case 4: metadata.position = try reader.readPosition() ?? .zero
            case 5: metadata.time = try reader.readUnsigned()
            case 6: metadata.configuration = try reader.readBytes()
            case 7: metadata.machineVersion = try reader.readInteger(as: UInt32.self)
            default: return false
            }
            return true
        }
        guard let cluster else {
            throw LogDeviceError(.corrupt, "expected the cluster's identifier")
        }
        self.metadata = metadata
        self.salt = salt
        identity = HostIdentity(cluster: cluster, incarnation: incarnation)
    }
}
