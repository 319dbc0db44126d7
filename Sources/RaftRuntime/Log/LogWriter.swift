import RaftCore

/// Writes batches, one at a time: while one is being flushed the next one gathers in the driver.
///
/// The driver may carry out a job itself by ``perform(_:)`` when none is under way, which saves
/// handing it to another thread. Entries for other members are read between two batches.
final class LogWriter: Drained {
    private struct Desk {
        var job: LogJob?
        var reads: [LogRead] = []
        var isStopping = false
    }

    /// One caller at a time, as the port says.
    private let device: Lock<any LogDevice>
    private let clock: any MonotonicClock
    private let desk = Monitor(Desk())
    private let report: @Sendable (LogResult) -> Void
    private let reportRead: @Sendable (LogReadResult) -> Void

    init(
        device: any LogDevice, clock: any MonotonicClock,
        report: @escaping @Sendable (LogResult) -> Void,
        reportRead: @escaping @Sendable (LogReadResult) -> Void
    ) {
        self.device = Lock(device)
        self.clock = clock
        self.report = report
        self.reportRead = reportRead
    }

    /// Hands over a read; the result is reported.
    func submit(_ read: LogRead) {
        desk.withLock { state in
            state.reads.append(read)
            desk.wake()
        }
    }

    /// Hands over a job; the result is reported.
    ///
    /// - Precondition: The job before is done.
    func submit(_ job: LogJob) {
        desk.withLock { state in
            precondition(state.job == nil, "one batch in flight at a time")
            state.job = job
            desk.wake()
        }
    }

    /// Carries out a job on the calling thread.
    func perform(_ job: LogJob) -> LogResult {
        device.withLock { device in
            let start = clock.now()
            let error = attempt { if !job.batch.writes.isEmpty { try device.write(job.batch) } }
            let nanoseconds = clock.now().nanoseconds(since: start)
            let compactionError = attempt {
                guard error == nil else { return }
                for (group, index) in job.compactions { try device.compact(group, through: index) }
            }
            return LogResult(
                job: job, error: error, compactionError: compactionError,
                bytesOnDisk: device.bytesOnDisk, nanoseconds: nanoseconds)
        }
    }

    private func perform(_ read: LogRead) -> LogReadResult {
        device.withLock { device in
            do {
                let entries = try device.entries(of: read.group, read.indexes)
                return LogReadResult(route: read.route, entries: entries)
            } catch {
                return LogReadResult(
                    route: read.route, entries: nil, error: LogDeviceError(wrapping: error))
            }
        }
    }

    /// Why an ordinary batch would be refused, if so; found out on the calling thread.
    ///
    /// - Precondition: No job is under way.
    func spaceError() -> LogDeviceError? {
        device.withLock { device in attempt { try device.checkSpace() } }
    }

    private func attempt(_ work: () throws -> Void) -> LogDeviceError? {
        do {
            try work()
            return nil
        } catch {
            return LogDeviceError(wrapping: error)
        }
    }

    /// Makes the thread end after the job under way.
    func stop() {
        desk.withLock { state in
            state.isStopping = true
            desk.wake()
        }
    }

    func drain(now: Instant) -> DrainOutcome {
        let (job, read, isStopping) = desk.withLock { state in
            defer { state.job = nil }
            let read = state.reads.isEmpty ? nil : state.reads.removeFirst()
            return (state.job, read, state.isStopping)
        }
        if let job { report(perform(job)) }
        if let read { reportRead(perform(read)) }
        let didWork = job != nil || read != nil
        return DrainOutcome(didWork: didWork, isStopped: isStopping && !didWork)
    }

    func waitForWork(nanoseconds: UInt64?) {
        desk.wait(nanoseconds: nanoseconds) { state in
            state.job != nil || !state.reads.isEmpty || state.isStopping
        }
    }
}

extension LogDeviceError {
    /// Takes an error as it is if a device made it, else as a failure.
    init(wrapping error: any Error) {
        self = error as? LogDeviceError ?? LogDeviceError(.failed, "\(error)")
    }
}
