import CBOR
import KhepriTree

/// Writes down what the commands of a batch changed, until the batch ends.
///
/// A change of a node's children alone is not written down: the change of the child is.
struct ChangeRecorder: ~Copyable {
    private var batch = ChangeBatch()
    private var writer = CBORWriter()

    /// Takes in what a command changed.
    mutating func add(_ changes: ChangeSet, at revision: Revision) {
        var count = 0
        for change in changes.changes where change.isPayloadChanged {
            RecordedChange(change, at: revision).write(to: &writer)
            writer.withUnsafeBytes { bytes in
                ChangeFrames.append(bytes, to: &batch.bytes)
            }
            writer.reset()
            count += 1
            guard count <= ChangeHistory.changeCountMaximum,
                batch.bytes.count <= ChangeHistory.byteCountMaximum
            else {
                batch = ChangeBatch(tooLarge: revision)
                return
            }
        }
        if count > 0 { batch.revisions.append((revision, batch.bytes.count, count)) }
    }

    /// Ends the batch.
    mutating func take() -> ChangeBatch {
        defer { batch = ChangeBatch() }
        return batch
    }
}
