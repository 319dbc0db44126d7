import CBOR
import KhepriTree

/// Writes down what the commands of a batch changed, until the batch ends.
///
/// A change of a node's children alone is not written down: the change of the child is.
struct ChangeRecorder: ~Copyable {
    /// What a batch changed, revision after revision.
    struct Batch {
        /// Each change with its length in front; see ``ChangeHistory``.
        var bytes: [UInt8] = []
        /// Where each revision that changed something ends.
        var revisions: [(revision: Revision, end: Int, count: Int)] = []
        /// The last revision that changed more than a history holds; what is before it is not here.
        var tooLarge: Revision?

        /// Calls `body` with each change, in order.
        func forEach(_ body: (RecordedChange) -> Void) {
            bytes.withUnsafeBytes { bytes in
                ChangeHistory.forEachChange(in: bytes) { _, change in
                    // What the recorder wrote can be read.
                    if let change = try? RecordedChange(reading: change) { body(change) }
                }
            }
        }
    }

    private var batch = Batch()
    private var writer = CBORWriter()

    /// Takes in what a command changed.
    mutating func add(_ changes: ChangeSet, at revision: Revision) {
        var count = 0
        for change in changes.changes where change.isPayloadChanged {
            RecordedChange(change, at: revision).write(to: &writer)
            writer.withUnsafeBytes { bytes in
                withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { batch.bytes += $0 }
                batch.bytes += bytes
            }
            writer.reset()
            count += 1
            guard count <= ChangeHistory.changeCountMaximum,
                batch.bytes.count <= ChangeHistory.byteCountMaximum
            else {
                batch = Batch(tooLarge: revision)
                return
            }
        }
        if count > 0 { batch.revisions.append((revision, batch.bytes.count, count)) }
    }

    /// Ends the batch.
    mutating func take() -> Batch {
        defer { batch = Batch() }
        return batch
    }
}
