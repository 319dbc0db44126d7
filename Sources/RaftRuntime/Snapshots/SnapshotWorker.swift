import RaftCore

/// Work on snapshots, in the background.
enum SnapshotJob: Sendable {
    /// Send or receive.
    case transfer(GroupSlot, GroupID, any AppliedMachine, TransferJob)
    /// Remove what is not needed beside the snapshot that the log names.
    case prune(GroupID, before: LogPosition)
    /// Remove all, also what is being written.
    case forget(GroupID)
    /// Load a state; the first function reports its result itself, the second that there is none
    /// because the worker stops.
    case restore(run: @Sendable () -> Void, abandon: @Sendable () -> Void)
}

/// A captured state to be saved.
struct TakeJob: Sendable {
    let slot: GroupSlot
    let metadata: SnapshotMetadata
    let source: any SnapshotSource
}

/// What became of a snapshot.
struct SnapshotResult: Sendable {
    let slot: GroupSlot
    let position: LogPosition
    /// The bytes of the published snapshot, or why there is none.
    let byteCount: Result<UInt64, LogDeviceError>
}

/// Writes snapshots in slices, with pauses that leave the disk to the log.
final class SnapshotWorker: Drained {
    /// Bytes between two pauses; the store flushes as often.
    static let sliceBytes = 1 << 20

    private struct Desk {
        /// Snapshots to be taken, one after the other.
        var takes: [TakeJob] = []
        /// Everything else, which is short and is done between the slices of a snapshot.
        var jobs: [SnapshotJob] = []
        /// How long the last flush of the log took since the last slice, zero if there was none.
        var logFlushNanoseconds: UInt64 = 0
        var failedPrunes = 0
        var isStopping = false
    }

    /// A snapshot that is being written; used by the draining thread only.
    private struct Task {
        let slot: GroupSlot
        let metadata: SnapshotMetadata
        let source: any SnapshotSource
        let writer: any SnapshotWriter
        var byteCount: UInt64 = 0
        var resumesAt: Instant
    }

    private let store: any SnapshotStore
    private let clock: any MonotonicClock
    private let desk = Monitor(Desk())
    private let current = Lock<Task?>(nil)
    private let transfers: Lock<SnapshotTransfers>
    private let report: @Sendable (SnapshotResult) -> Void
    private let reportTransfer: @Sendable (TransferResult) -> Void

    init(
        store: any SnapshotStore, clock: any MonotonicClock,
        report: @escaping @Sendable (SnapshotResult) -> Void,
        reportTransfer: @escaping @Sendable (TransferResult) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.report = report
        self.reportTransfer = reportTransfer
        transfers = Lock(SnapshotTransfers(store: store))
    }

    /// Queues a state to be saved.
    func submit(_ take: TakeJob) {
        desk.withLock { state in
            state.takes.append(take)
            desk.wake()
        }
    }

    /// Queues a job; false if the worker has been told to stop.
    @discardableResult
    func submit(_ job: SnapshotJob) -> Bool {
        desk.withLock { state in
            guard !state.isStopping else { return false }
            state.jobs.append(job)
            desk.wake()
            return true
        }
    }

    /// Tells how long a flush of the log takes now, for the pauses.
    func noteLogFlush(nanoseconds: UInt64) {
        desk.withLock { $0.logFlushNanoseconds = nanoseconds }
    }

    /// Makes the thread end; a snapshot that is not finished is abandoned.
    func stop() {
        desk.withLock { state in
            state.isStopping = true
            desk.wake()
        }
    }

    func drain(now: Instant) -> DrainOutcome {
        if desk.withLock({ $0.isStopping }) {
            abandonAll()
            return DrainOutcome(didWork: false, isStopped: true)
        }
        let didJob = performNext()
        return current.withLock { task in
            guard let running = task else {
                let didStart = startNext(&task, now: now)
                return DrainOutcome(didWork: didJob || didStart, nextDeadline: task?.resumesAt)
            }
            guard running.resumesAt <= now else {
                return DrainOutcome(didWork: didJob, nextDeadline: running.resumesAt)
            }
            writeSlice(&task, now: now)
            return DrainOutcome(didWork: true, nextDeadline: task?.resumesAt)
        }
    }

    func waitForWork(nanoseconds: UInt64?) {
        let isBusy = current.withLock { $0 != nil }
        desk.wait(nanoseconds: nanoseconds) { state in
            state.isStopping || !state.jobs.isEmpty || (!isBusy && !state.takes.isEmpty)
        }
    }

    private func abandonAll() {
        current.withLock { task in
            task?.writer.abandon()
            task = nil
        }
        transfers.withLock { $0.discardAll() }
        let jobs = desk.withLock { state in
            defer { (state.jobs, state.takes) = ([], []) }
            return state.jobs
        }
        for case .restore(_, let abandon) in jobs { abandon() }
    }

    /// Carries out the next short job; false if there is none.
    private func performNext() -> Bool {
        let job = desk.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
        switch job {
        case nil: return false
        case .restore(let run, _): run()
        case .prune(let group, let position):
            cleanUp { try store.prune(group, before: position) }
        case .forget(let group):
            abandon(group)
            cleanUp { try store.removeAll(of: group) }
        case .transfer(let slot, let group, let machine, let job):
            let result = transfers.withLock {
                $0.perform(job, of: group, slot: slot, machine: machine)
            }
            if let result { reportTransfer(result) }
        }
        return true
    }

    /// Begins the next snapshot; false if there is none.
    private func startNext(_ task: inout Task?, now: Instant) -> Bool {
        let take = desk.withLock { $0.takes.isEmpty ? nil : $0.takes.removeFirst() }
        guard let take else { return false }
        do {
            let writer = try store.begin(take.metadata)
            task = Task(
                slot: take.slot, metadata: take.metadata, source: take.source, writer: writer,
                resumesAt: now)
        } catch {
            finish(take.slot, take.metadata, .failure(LogDeviceError(wrapping: error)))
        }
        return true
    }

    private func writeSlice(_ task: inout Task?, now: Instant) {
        guard var running = task else { return }
        do {
            let isComplete = try copySlice(&running)
            if isComplete {
                try running.writer.publish()
                task = nil
                return finish(running.slot, running.metadata, .success(running.byteCount))
            }
            running.resumesAt = now.advanced(byNanoseconds: pause(since: now))
            task = running
        } catch {
            running.writer.abandon()
            task = nil
            finish(running.slot, running.metadata, .failure(LogDeviceError(wrapping: error)))
        }
    }

    /// Copies about a slice; true when the source is at its end.
    private func copySlice(_ task: inout Task) throws -> Bool {
        var sliceCount = 0
        while sliceCount < Self.sliceBytes {
            let limit = Self.sliceBytes - sliceCount
            guard let bytes = try task.source.next(byteLimit: limit) else { return true }
            try bytes.withUnsafeBytes { try task.writer.write($0) }
            sliceCount += bytes.count
            task.byteCount += UInt64(bytes.count)
        }
        return false
    }

    /// While the log works the disk is shared evenly: a pause as long as the slice took, and at least
    /// one flush of the log.
    private func pause(since start: Instant) -> UInt64 {
        let end = clock.now()
        let flush = desk.withLock { state in
            defer { state.logFlushNanoseconds = 0 }
            return state.logFlushNanoseconds
        }
        let taken = end.nanoseconds(since: start)
        return flush == 0 ? 0 : taken + max(taken, flush)
    }

    /// Old files that cannot be removed cost space, not safety; the next snapshot tries again.
    private func cleanUp(_ work: () throws -> Void) {
        do {
            try work()
        } catch {
            desk.withLock { $0.failedPrunes += 1 }
        }
    }

    /// Gives up what is written, or waits to be, of a group.
    private func abandon(_ group: GroupID) {
        desk.withLock { $0.takes.removeAll { $0.metadata.group == group } }
        current.withLock { task in
            guard let running = task, running.metadata.group == group else { return }
            running.writer.abandon()
            task = nil
        }
    }

    private func finish(
        _ slot: GroupSlot, _ metadata: SnapshotMetadata, _ result: Result<UInt64, LogDeviceError>
    ) {
        report(SnapshotResult(slot: slot, position: metadata.position, byteCount: result))
    }
}
