import RaftRuntime

/// What a file of chunks begins with: what it is, the version of its format, a CBOR map, a checksum.
///
/// Little-endian:
///
///     8 bytes that say what it is   u32 format version   u32 length of the map
///     the map   u32 CRC32C of all before
package struct CheckedHead: Sendable {
    /// The bytes before the map.
    static let prefixBytes = 16
    private static let mapBytesMaximum = 1 << 20

    /// What a file of the kind begins with.
    let magic: String
    /// The newest version of the format.
    let version: UInt32
    /// What messages call a file of the kind.
    let kind: String

    static let snapshot = CheckedHead(magic: "KHEPRISN", version: 1, kind: "snapshot")

    /// Describes the files of a kind.
    ///
    /// - Precondition: `magic` has 8 bytes.
    package init(magic: String, version: UInt32, kind: String) {
        precondition(magic.utf8.count == 8, "a file begins with 8 bytes that say what it is")
        self.magic = magic
        self.version = version
        self.kind = kind
    }

    /// The whole head.
    package func encode(_ map: [UInt8]) -> [UInt8] {
        precondition(map.count <= Self.mapBytesMaximum, "a head is small")
        var bytes = Array(magic.utf8)
        withUnsafeBytes(of: version.littleEndian) { bytes += $0 }
        withUnsafeBytes(of: UInt32(map.count).littleEndian) { bytes += $0 }
        bytes += map
        let checksum = bytes.withUnsafeBytes { CRC32C.checksum($0) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes += $0 }
        return bytes
    }

    /// The length of the whole head, read from its prefix.
    func byteCount(prefix: UnsafeRawBufferPointer) throws -> Int {
        guard prefix.count >= Self.prefixBytes, let base = prefix.baseAddress,
            prefix.prefix(8).elementsEqual(magic.utf8)
        else { throw LogDeviceError(.corrupt, "expected the header of a \(kind)") }
        let length: UInt32 = base.littleEndian(at: 12)
        guard length <= Self.mapBytesMaximum else {
            throw LogDeviceError(.corrupt, "the length of the header is \(length)")
        }
        return Self.prefixBytes + Int(length) + 4
    }

    /// The map of a whole head.
    func map(of head: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
        guard let base = head.baseAddress else {
            throw LogDeviceError(.corrupt, "expected the header of a \(kind)")
        }
        let body = UnsafeRawBufferPointer(rebasing: head.dropLast(4))
        guard CRC32C.checksum(body) == base.littleEndian(at: body.count) else {
            throw LogDeviceError(.corrupt, "the header's checksum is wrong")
        }
        let found: UInt32 = base.littleEndian(at: 8)
        guard found <= version else {
            throw LogDeviceError(
                .newerFormat, "expected \(kind) format \(version) or lower, found \(found)")
        }
        return UnsafeRawBufferPointer(rebasing: body.dropFirst(Self.prefixBytes))
    }
}
