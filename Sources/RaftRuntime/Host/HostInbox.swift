import RaftCore
import Synchronization

/// Everything that others want of the driver.
struct Mail<Machine: StateMachine>: Sendable {
    var submissions: [Submission<Machine.Output>] = []
    var reads: [ReadSubmission] = []
    var cancellations: [Ticket] = []
    var openings: [GroupOpening<Machine>] = []
    var logResults: [LogResult] = []
    var snapshotResults: [SnapshotResult] = []
    /// Set once: the host shall carry through what was accepted, and stop.
    var isShutdownRequested = false

    /// Whether there is something other than submissions.
    var isUrgent: Bool {
        !(reads.isEmpty && logResults.isEmpty && cancellations.isEmpty && openings.isEmpty
            && snapshotResults.isEmpty) || isShutdownRequested
    }

    var isEmpty: Bool { submissions.isEmpty && !isUrgent }

    mutating func removeAll() {
        submissions.removeAll(keepingCapacity: true)
        reads.removeAll(keepingCapacity: true)
        cancellations.removeAll()
        openings.removeAll()
        logResults.removeAll(keepingCapacity: true)
        snapshotResults.removeAll()
        isShutdownRequested = false
    }
}

/// The bounded queue between callers and the driver: arrays under a lock, and a wake-up.
final class HostInbox<Machine: StateMachine>: Sendable {
    private struct State {
        var mail = Mail<Machine>()
        /// Set while the log is busy: what is submitted then joins the next batch without a wake-up.
        var holdsSubmissions = false
        var isClosed = false
    }

    private let monitor = Monitor(State())
    /// Requests that were accepted and not answered.
    private let openCount = Atomic<Int>(0)
    private let openMaximum: Int

    init(openMaximum: Int) {
        self.openMaximum = openMaximum
    }

    /// Queues a command, or completes it at once as refused.
    func submit(_ submission: Submission<Machine.Output>) {
        let refusal = admit { $0.submissions.append(submission) }
        if let refusal { submission.completion.complete(.rejected(refusal)) }
    }

    /// Queues a read, or completes it at once as refused.
    func submit(_ read: ReadSubmission) {
        let refusal = admit { $0.reads.append(read) }
        if let refusal { read.completion.complete(.failure(refusal)) }
    }

    /// Queues what is not counted as a request; false if the driver has stopped.
    @discardableResult
    func post(_ change: (inout Mail<Machine>) -> Void) -> Bool {
        monitor.withLock { state in
            guard !state.isClosed else { return false }
            change(&state.mail)
            monitor.wake()
            return true
        }
    }

    /// Swaps everything queued for an empty mail.
    func take(_ mail: inout Mail<Machine>) {
        monitor.withLock { swap(&$0.mail, &mail) }
    }

    /// Makes room for another request; called before a request is answered.
    func noteAnswer() {
        openCount.subtract(1, ordering: .relaxed)
    }

    /// Says whether commands alone are worth a wake-up.
    func holdSubmissions(_ holds: Bool) {
        monitor.withLock { $0.holdsSubmissions = holds }
    }

    /// Refuses everything from here on, and hands out what is queued.
    func close(_ mail: inout Mail<Machine>) {
        monitor.withLock { state in
            state.isClosed = true
            swap(&state.mail, &mail)
        }
    }

    func wait(nanoseconds: UInt64?) {
        monitor.wait(nanoseconds: nanoseconds) { state in
            state.mail.isUrgent || (!state.mail.submissions.isEmpty && !state.holdsSubmissions)
        }
    }

    private func admit(_ change: (inout Mail<Machine>) -> Void) -> RequestFailure? {
        monitor.withLock { state in
            guard !state.isClosed else { return .shuttingDown }
            guard openCount.load(ordering: .relaxed) < openMaximum else { return .overloaded }
            openCount.add(1, ordering: .relaxed)
            change(&state.mail)
            if !state.holdsSubmissions || state.mail.isUrgent { monitor.wake() }
            return nil
        }
    }
}
