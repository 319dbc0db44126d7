import RaftRuntime

/// Reads a file of chunks; each is verified before it is handed out.
package final class ChunkedFileReader {
    /// What the head says, a CBOR map.
    package let map: [UInt8]
    /// The salt of the checksums, which whoever reads the map finds there.
    package var salt: UInt64 = 0
    /// The bytes of the state, once they were verified.
    package private(set) var byteCount: UInt64 = 0
    private let path: String
    private let file: any DiskFile
    private let firstOffset: UInt64
    private var offset: UInt64
    private var chunkCount: UInt64 = 0
    private var bytesRead: UInt64 = 0
    private var hash = CRC32C()
    private var isAtEnd = false

    /// Opens a file and reads its head.
    ///
    /// - Throws: ``LogDeviceError`` `.corrupt` for a damaged file, or one of another kind,
    ///   `.newerFormat`, `.invalid` if it is missing.
    package init(opening path: String, as head: CheckedHead, on disk: any Disk) throws {
        self.path = path
        do {
            file = try disk.open(path, .readOnly)
            let prefix = try file.readUpTo(CheckedHead.prefixBytes, at: 0)
            let length = try prefix.withUnsafeBytes { try head.byteCount(prefix: $0) }
            let bytes = try file.readWhole(at: 0, byteCount: length)
            map = try bytes.withUnsafeBytes { Array(try head.map(of: $0)) }
            firstOffset = UInt64(length)
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
        offset = firstOffset
    }

    /// Reads and checks everything, then begins again.
    package func verify() throws {
        while try next() != nil {}
        byteCount = bytesRead
        offset = firstOffset
        chunkCount = 0
        bytesRead = 0
        hash = CRC32C()
        isAtEnd = false
    }

    /// The bytes of the next chunk, nil at the verified end.
    package func next() throws -> [UInt8]? {
        guard !isAtEnd else { return nil }
        do {
            return try readNext()
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    private func readNext() throws -> [UInt8]? {
        let prefix = try file.readWhole(at: offset, byteCount: SnapshotFormat.chunkPrefixBytes)
        let (stored, length) = prefix.withUnsafeBytes { bytes -> (UInt32, UInt32) in
            (
                bytes.loadUnaligned(as: UInt32.self),
                bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            )
        }
        let checksum = UInt32(littleEndian: stored)
        let count = Int(UInt32(littleEndian: length))
        guard count <= SnapshotFormat.chunkBytesMaximum else { throw damage("a length is wrong") }
        let isTrailer = count == 0
        let rest = isTrailer ? SnapshotFormat.trailerBytes - 4 : count + 4
        var covered = try file.readWhole(at: offset + 4, byteCount: rest)
        let computed = covered.withUnsafeBytes {
            SnapshotFormat.checksum(salt: salt, number: chunkCount, $0)
        }
        guard computed == checksum else { throw damage("a checksum is wrong") }
        if isTrailer {
            try checkTrailer(covered)
            isAtEnd = true
            return nil
        }
        hash.update(checksum)
        chunkCount += 1
        bytesRead += UInt64(count)
        offset += UInt64(SnapshotFormat.chunkPrefixBytes + count)
        covered.removeFirst(4)
        return covered
    }

    private func checkTrailer(_ covered: [UInt8]) throws {
        let isRight = covered.withUnsafeBytes { bytes -> Bool in
            guard let base = bytes.baseAddress else { return false }
            return base.littleEndian(at: 4) == bytesRead
                && base.littleEndian(at: 12) == chunkCount
                && base.littleEndian(at: 20) == hash.value
        }
        guard isRight else { throw damage("the chunks are not those the trailer counts") }
        let end = offset + UInt64(SnapshotFormat.trailerBytes)
        guard try file.size() == end else { throw damage("something follows the trailer") }
    }

    private func damage(_ message: String) -> LogDeviceError {
        LogDeviceError(.corrupt, "at byte \(offset): \(message)", path: path)
    }
}
