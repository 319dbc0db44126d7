/// Which snapshots the log relies on.
struct SnapshotRecord: Hashable, Sendable {
    /// A published snapshot whose record in the log is not yet durable.
    struct Pending: Hashable, Sendable {
        let position: LogPosition
        let write: WriteSequence
    }

    /// The last one whose record is durable, or the one that was restored.
    var newest: LogPosition
    var pending: Pending?
}
