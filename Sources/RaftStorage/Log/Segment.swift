import RaftRuntime

/// The file that batches are written to.
struct Segment {
    let file: any DiskFile
    let header: SegmentHeader
    let codec: RecordCodec
    /// Where the next batch begins.
    var tail: UInt64

    init(file: any DiskFile, header: SegmentHeader, tail: UInt64) {
        self.file = file
        self.header = header
        self.tail = tail
        codec = RecordCodec(salt: header.salt)
    }

    /// The bytes that end every file but the newest: a `fileEnd` record and its trailer.
    static let sealBytes = UInt64(RecordHeader.byteCount + BatchTrailer.byteCount)

    /// What can still be written, not counting the end of the file.
    var freeBytes: UInt64 {
        let end = header.fileBytes - Self.sealBytes
        return end > tail ? end - tail : 0
    }
}

/// A file of the log, oldest first in a list.
struct SegmentInfo: Hashable {
    let sequence: UInt64
    let bytes: UInt64
}

extension Segment {
    /// Writes bytes of a batch in one call; a short write is an error.
    static func writeWhole(
        _ bytes: UnsafeRawBufferPointer, to file: any DiskFile, at offset: UInt64
    ) throws {
        let count = try file.write(bytes, at: offset)
        guard count == bytes.count else {
            throw LogDeviceError(.failed, "the disk took \(count) of \(bytes.count) bytes")
        }
    }
}
