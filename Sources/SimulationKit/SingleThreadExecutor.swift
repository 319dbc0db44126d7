import RaftRuntime

/// Runs tasks one job at a time, on the thread that says so.
///
/// A task created with this as its executor preference, and everything it awaits, is resumed in the
/// order in which it became ready: the same program takes the same steps each time.
package final class SingleThreadExecutor: TaskExecutor {
    private let jobs = Lock<[UnownedJob]>([])

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        jobs.withLock { $0.append(unowned) }
    }

    /// Runs jobs until none is ready; says whether there was one.
    @discardableResult
    package func runReadyJobs() -> Bool {
        var didWork = false
        while true {
            let ready = jobs.withLock { jobs in
                let ready = jobs
                jobs.removeAll(keepingCapacity: true)
                return ready
            }
            if ready.isEmpty { return didWork }
            didWork = true
            for job in ready { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
