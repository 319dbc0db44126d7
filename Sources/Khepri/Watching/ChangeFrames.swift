import CBOR
import KhepriTree

/// Changes as bytes, one behind the other, each with its length in front.
enum ChangeFrames {
    static let lengthByteCount = 4

    /// Calls `body` with each change from an offset on, and where it begins.
    static func forEach(
        in bytes: UnsafeRawBufferPointer, from start: Int = 0,
        _ body: (Int, UnsafeRawBufferPointer) -> Void
    ) {
        var offset = start
        while offset < bytes.count {
            let change = change(at: offset, in: bytes)
            body(offset, change)
            offset += lengthByteCount + change.count
        }
    }

    /// The change that begins at an offset, without its length.
    static func change(
        at offset: Int, in bytes: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        let length = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        let start = offset + lengthByteCount
        let end = start + Int(UInt32(littleEndian: length))
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// Adds a change.
    static func append(_ change: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(change.count).littleEndian) { bytes += $0 }
        bytes += change
    }
}

/// What a batch of commands changed, revision after revision.
struct ChangeBatch {
    /// The changes, as ``ChangeFrames``.
    var bytes: [UInt8] = []
    /// Where each revision that changed something ends.
    var revisions: [(revision: Revision, end: Int, count: Int)] = []
    /// The last revision that changed more than a history holds; what is before it is not here.
    var tooLarge: Revision?

    /// Calls `body` with each change, in order.
    func forEach(_ body: (RecordedChange) -> Void) {
        bytes.withUnsafeBytes { bytes in
            ChangeFrames.forEach(in: bytes) { _, change in
                // What was recorded can be read.
                if let change = try? RecordedChange(reading: change) { body(change) }
            }
        }
    }
}
