import CBOR
import RaftCore
import RaftRuntime

/// The layout of a snapshot file.
///
/// Little-endian:
///
///     a ``CheckedHead`` with the metadata as its map
///     chunks:   u32 checksum   u32 length, 1 to 1 MiB   bytes
///     trailer:  u32 checksum   u32 zero   u64 state bytes   u64 chunks   u32 hash   u32 zero
///
/// A checksum is the CRC32C of the file's salt, the chunk's number and all after the checksum. The
/// hash is the CRC32C of the checksums of all chunks. Nothing follows the trailer.
enum SnapshotFormat {
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

    func encoded() -> [UInt8] { CheckedHead.snapshot.encode(encodedMap()) }

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

    /// Reads what ``encoded()`` wrote between prefix and checksum.
    init(decoding map: UnsafeRawBufferPointer) throws {
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
