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
    /// What the log may be compacted through once no snapshot is being sent.
    var compactable = LogIndex.zero
}

/// A snapshot on its way from another member.
struct IncomingSnapshot: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        /// Pieces arrive; one at a time is being stored.
        case receiving(isStoring: Bool)
        /// All of it is stored; the driver verifies and publishes it.
        case installing
        /// It is published; its record in the log is on its way to the disk.
        case recording(WriteSequence)
    }

    let sender: MemberID
    let position: LogPosition
    let configuration: Configuration
    /// What is on stable storage.
    var offset: UInt64 = 0
    /// Where the snapshot ends; nil until its last piece arrived.
    var end: UInt64?
    var phase = Phase.receiving(isStoring: false)

    var isRecording: Bool { if case .recording = phase { true } else { false } }

    /// Whether the driver has it and will report.
    var isBusy: Bool { phase != .receiving(isStoring: false) }
}
