import RaftRuntime

/// Runs tasks one job at a time, on the thread that says so.
///
/// A task created with this as its executor preference, and everything it awaits, takes the same
/// steps each time. A task runs on until it waits for something: the hops between its functions
/// let nobody else in between.
package final class SingleThreadExecutor: TaskExecutor {
    private struct Queue {
        var waiting: [UnownedJob] = []
        /// Jobs that became ready during the one that runs; they go first.
        var readied: [UnownedJob] = []
        var isRunning = false
    }

    private let queue = Lock(Queue())

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        queue.withLock { queue in
            if queue.isRunning {
                queue.readied.append(unowned)
            } else {
                queue.waiting.append(unowned)
            }
        }
    }

    /// Runs the next job; false if none is ready.
    package func runNext() -> Bool {
        let job = queue.withLock { queue -> UnownedJob? in
            guard !queue.waiting.isEmpty else { return nil }
            queue.isRunning = true
            return queue.waiting.removeFirst()
        }
        guard let job else { return false }
        job.runSynchronously(on: asUnownedTaskExecutor())
        queue.withLock { queue in
            queue.waiting = queue.readied + queue.waiting
            queue.readied = []
            queue.isRunning = false
        }
        return true
    }
}
