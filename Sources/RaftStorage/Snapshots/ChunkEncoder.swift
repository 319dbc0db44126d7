/// Cuts the bytes of a state into checksummed chunks, as ``SnapshotFormat`` has them.
package struct ChunkEncoder: Sendable {
    private let salt: UInt64
    /// A chunk with room for its prefix.
    private var chunk: [UInt8] = []
    private var byteCount: UInt64 = 0
    private var chunkCount: UInt64 = 0
    private var hash = CRC32C()

    /// - Parameter salt: Random bits that enter the checksums of this file only.
    package init(salt: UInt64) {
        self.salt = salt
        startChunk()
    }

    /// Takes bytes, any number, and calls `put` with each chunk that is full.
    package mutating func add(
        _ bytes: UnsafeRawBufferPointer, _ put: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let full = SnapshotFormat.chunkBytes + SnapshotFormat.chunkPrefixBytes
            let piece = rest.prefix(full - chunk.count)
            chunk.append(contentsOf: piece)
            rest = rest.dropFirst(piece.count)
            if chunk.count == full { try endChunk(put) }
        }
    }

    /// Calls `put` with the last chunk and the trailer.
    package mutating func end(_ put: (UnsafeRawBufferPointer) throws -> Void) throws {
        if chunk.count > SnapshotFormat.chunkPrefixBytes { try endChunk(put) }
        startChunk()
        withUnsafeBytes(of: byteCount.littleEndian) { chunk += $0 }
        withUnsafeBytes(of: chunkCount.littleEndian) { chunk += $0 }
        withUnsafeBytes(of: hash.value.littleEndian) { chunk += $0 }
        chunk += [0, 0, 0, 0]
        try putChecked(length: 0, put)
    }

    private mutating func startChunk() {
        chunk.removeAll(keepingCapacity: true)
        chunk.append(contentsOf: [UInt8](repeating: 0, count: SnapshotFormat.chunkPrefixBytes))
    }

    private mutating func endChunk(_ put: (UnsafeRawBufferPointer) throws -> Void) throws {
        let length = chunk.count - SnapshotFormat.chunkPrefixBytes
        byteCount += UInt64(length)
        try putChecked(length: UInt32(length), put)
        chunkCount += 1
        startChunk()
    }

    /// Fills in length and checksum of what is in the chunk, and hands it over.
    private mutating func putChecked(
        length: UInt32, _ put: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let (salt, number) = (salt, chunkCount)
        let checksum = chunk.withUnsafeMutableBytes { bytes -> UInt32 in
            guard let base = bytes.baseAddress else { return 0 }
            base.storeLittleEndian(length, at: 4)
            let covered = UnsafeRawBufferPointer(rebasing: bytes[4...])
            let checksum = SnapshotFormat.checksum(salt: salt, number: number, covered)
            base.storeLittleEndian(checksum, at: 0)
            return checksum
        }
        hash.update(checksum)
        try chunk.withUnsafeBytes { try put($0) }
    }
}
