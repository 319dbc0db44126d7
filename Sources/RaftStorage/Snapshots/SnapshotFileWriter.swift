import RaftRuntime

/// Writes one snapshot under a temporary name.
package final class SnapshotFileWriter: SnapshotWriter {
    private let disk: any Disk
    private let directory: String
    private let makeRoom: () throws -> Bool
    private let name: SnapshotFileName
    private let file: any DiskFile
    private let salt: UInt64
    /// A chunk with room for its prefix.
    private var chunk: [UInt8] = []
    private var offset: UInt64 = 0
    private var unflushedBytes = 0
    private var byteCount: UInt64 = 0
    private var chunkCount: UInt64 = 0
    private var hash = CRC32C()
    private var isEnded = false

    /// The bytes between two flushes, so that the log's flushes never wait for many.
    private static let flushBytes = 1 << 20

    /// Begins a file with its head.
    ///
    /// - Parameter makeRoom: Frees space on a full disk; false if there is nothing to free.
    init(
        _ header: SnapshotHeader, in directory: String, on disk: any Disk,
        makeRoom: @escaping () throws -> Bool
    ) throws {
        self.disk = disk
        self.directory = directory
        self.makeRoom = makeRoom
        salt = header.salt
        name = SnapshotFileName(group: header.metadata.group, position: header.metadata.position)
        let path = directory + "/" + name.temporaryText(salt: salt)
        if try disk.kind(of: path) != .missing { try disk.remove(path) }
        file = try disk.open(path, .create)
        startChunk()
        do {
            try header.encoded().withUnsafeBytes { try put($0) }
        } catch {
            abandon()
            throw LogDeviceError(wrapping: error)
        }
    }

    deinit {
        abandon()
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        precondition(!isEnded, "the snapshot is published or abandoned")
        var rest = bytes[...]
        while !rest.isEmpty {
            let full = SnapshotFormat.chunkBytes + SnapshotFormat.chunkPrefixBytes
            let piece = rest.prefix(full - chunk.count)
            chunk.append(contentsOf: piece)
            rest = rest.dropFirst(piece.count)
            if chunk.count == full { try endChunk() }
        }
    }

    package func publish() throws {
        precondition(!isEnded, "the snapshot is published or abandoned")
        do {
            if chunk.count > SnapshotFormat.chunkPrefixBytes { try endChunk() }
            try putTrailer()
            try file.flush()
            isEnded = true
            try file.close()
            try disk.rename(path(name.temporaryText(salt: salt)), to: path(name.text))
            try disk.synchronizeDirectory(directory)
        } catch {
            abandon()
            throw LogDeviceError(wrapping: error)
        }
    }

    package func abandon() {
        guard !isEnded else { return }
        isEnded = true
        // The file is of no use; what cannot be removed here is removed at the next start.
        try? file.close()
        try? disk.remove(path(name.temporaryText(salt: salt)))
    }

    private func path(_ name: String) -> String { directory + "/" + name }

    private func startChunk() {
        chunk.removeAll(keepingCapacity: true)
        chunk.append(contentsOf: [UInt8](repeating: 0, count: SnapshotFormat.chunkPrefixBytes))
    }

    private func endChunk() throws {
        let length = chunk.count - SnapshotFormat.chunkPrefixBytes
        byteCount += UInt64(length)
        try putChecked(length: UInt32(length))
        chunkCount += 1
        startChunk()
    }

    private func putTrailer() throws {
        startChunk()
        withUnsafeBytes(of: byteCount.littleEndian) { chunk += $0 }
        withUnsafeBytes(of: chunkCount.littleEndian) { chunk += $0 }
        withUnsafeBytes(of: hash.value.littleEndian) { chunk += $0 }
        chunk += [0, 0, 0, 0]
        try putChecked(length: 0)
    }

    /// Fills in length and checksum of what is in the chunk, and writes it.
    private func putChecked(length: UInt32) throws {
        let checksum = chunk.withUnsafeMutableBytes { bytes -> UInt32 in
            guard let base = bytes.baseAddress else { return 0 }
            base.storeLittleEndian(length, at: 4)
            let covered = UnsafeRawBufferPointer(rebasing: bytes[4...])
            let checksum = SnapshotFormat.checksum(salt: salt, number: chunkCount, covered)
            base.storeLittleEndian(checksum, at: 0)
            return checksum
        }
        hash.update(checksum)
        do {
            try chunk.withUnsafeBytes { try put($0) }
        } catch {
            throw LogDeviceError(wrapping: error)
        }
    }

    /// Writes at the end; on a full disk an older snapshot makes room, if there is one.
    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        do {
            try file.writeAll(bytes, at: offset)
        } catch let error as DiskError where error.isOutOfSpace {
            guard try makeRoom() else { throw error }
            try file.writeAll(bytes, at: offset)
        }
        offset += UInt64(bytes.count)
        unflushedBytes += bytes.count
        guard unflushedBytes >= Self.flushBytes else { return }
        try file.flush()
        unflushedBytes = 0
    }
}
