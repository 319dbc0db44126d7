import RaftCore

/// What a log starts from.
struct RecoveredLog {
    let pool: SegmentPool
    var segments: [SegmentInfo]
    var current: Segment
    var heads: [GroupID: GroupHead] = [:]
    var indexes: [GroupID: EntryIndex] = [:]
    var nextReference: UInt32 = 1
    var nextBatchSequence: UInt64
    var lastHash: UInt32
    var isConfirmed = false
}
