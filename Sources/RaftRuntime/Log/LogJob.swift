import RaftCore

/// Work for the log: one batch to make durable, then what may be dropped.
struct LogJob: Sendable {
    var batch = LogBatch()
    /// The last write of each group in the batch.
    var sequences: [(slot: GroupSlot, sequence: WriteSequence)] = []
    var compactions: [(group: GroupID, index: LogIndex)] = []
    /// Groups that the batch deletes.
    var forgotten: [GroupForgetting] = []
    var entryCount = 0
    var byteCount = 0

    var isEmpty: Bool { batch.writes.isEmpty && compactions.isEmpty }
}

/// What became of a job.
struct LogResult: Sendable {
    var job: LogJob
    /// nil when every write is durable.
    var error: LogDeviceError?
    /// Why the log could not be made shorter, if so.
    var compactionError: LogDeviceError?
    var bytesOnDisk: UInt64
    var nanoseconds: UInt64
}

extension LogJob {
    /// Answers those who wait for what will not be written.
    func fail(_ failure: RequestFailure) {
        for forgetting in forgotten { forgetting.completion.complete(failure) }
    }
}
