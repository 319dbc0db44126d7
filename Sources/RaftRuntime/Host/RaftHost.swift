package import RaftCore

/// The groups of one data directory: one log, one driver, any number of groups.
///
/// With threads, ``start()`` runs the driver, the log writer, the snapshot worker and the preparer of
/// the log's files on one each, and an idle host never wakes. Without, whoever made the host calls ``drain(now:)``.
///
/// A host must be shut down before it is dropped.
package final class RaftHost<Machine: StateMachine>: Sendable {
    private struct Stop {
        var waiting: [Completion<Void>] = []
        var isDone = false
    }

    private let ports: HostPorts
    private let options: HostOptions
    private let inbox: HostInbox
    let driver: HostDriver
    let writer: LogWriter
    let worker: SnapshotWorker
    private let published = Lock(HostStatistics())
    private let isStarted = Lock(false)
    private let stop = Lock(Stop())

    /// Makes a host that does nothing yet.
    ///
    /// - Parameter observer: Told how the host stands on the driver's thread, whenever it did something.
    package init(
        _ ports: HostPorts, options: HostOptions = HostOptions(),
        observer: @escaping @Sendable (HostStatistics) -> Void = { _ in }
    ) {
        #if KHEPRI_MUTANTS
        var options = options
        options.raft.mutant = .chosen
        #endif
        self.ports = ports
        self.options = options
        let inbox = HostInbox(options)
        self.inbox = inbox
        writer = LogWriter(device: ports.log, clock: ports.clock) { result in
            inbox.post { $0.logResults.append(result) }
        } reportRead: { result in
            inbox.post { $0.logReads.append(result) }
        }
        worker = SnapshotWorker(store: ports.snapshots, clock: ports.clock) { result in
            inbox.post { $0.snapshotResults.append(result) }
        } reportTransfer: { result in
            inbox.post { $0.transferResults.append(result) }
        }
        ports.transport?.deliver { envelopes in
            inbox.receive(envelopes)
        }
        driver = HostDriver(
            inbox: inbox, writer: writer, worker: worker, ports: ports, options: options,
            publish: { [published] statistics in
                published.withLock { $0 = statistics }
                observer(statistics)
            })
    }

    /// Starts the threads; the second time does nothing.
    package func start() {
        let wasStarted = isStarted.withLock { isStarted in
            defer { isStarted = true }
            return isStarted
        }
        guard !wasStarted else { return }
        let others = helpers.map { DrainThread($0, clock: ports.clock) }
        let thread = DrainThread(driver, clock: ports.clock) {
            for thread in others { thread.join() }
            self.finishShutdown()
        }
        thread.detach()
    }

    /// Gives the parts to somebody who drains each at times of its own; no threads are started.
    package func start(attendedBy attendant: (any Drained) -> Void) {
        let runningCount = Lock(parts.count)
        for part in parts {
            let attended = AttendedPart(part) {
                let isLast = runningCount.withLock { count in
                    count -= 1
                    return count == 0
                }
                if isLast { self.finishShutdown() }
            }
            attendant(attended)
        }
    }

    /// Counts and times, as of the driver's last round.
    package var statistics: HostStatistics { published.withLock { $0 } }

    /// Opens a group: restores its newest snapshot, replays its log, and waits until it can serve.
    ///
    /// A sole voter can serve when it has been elected and has applied its whole log; a member of a
    /// larger group as soon as it is loaded, perhaps before it knows a leader.
    ///
    /// - Throws: ``LogDeviceError`` if snapshot and log do not fit together or cannot be read,
    ///   ``RequestFailure`` if the host stops meanwhile, and what the machine's `restore` throws.
    package func open(_ description: GroupDescription<Machine>) async throws -> RaftGroup<Machine> {
        try await withUnsafeContinuation { continuation in
            open(description, completion: .continuation(continuation))
        }.get()
    }

    /// The same for callers without a task; the function is called on the driver's thread.
    package func open(
        _ description: GroupDescription<Machine>,
        completion: @escaping @Sendable (Result<RaftGroup<Machine>, any Error>) -> Void
    ) {
        open(description, completion: .callback(completion))
    }

    private func open(
        _ description: GroupDescription<Machine>,
        completion: Completion<Result<RaftGroup<Machine>, any Error>>
    ) {
        let (store, options, seed) = (ports.snapshots, options, ports.entropy.next())
        let inbox = inbox
        // Not the description: whoever waits would hold the log's entries until it is answered.
        let (id, machine) = (description.id, description.machine)
        let opened = Completion<Result<GroupHandle, any Error>>.callback { handle in
            completion.complete(
                handle.map {
                    RaftGroup(
                        id: id, machine: machine, handle: $0, inbox: inbox, options: options)
                })
        }
        let abandon = { @Sendable in opened.complete(.failure(RequestFailure.shuttingDown)) }
        let run = { @Sendable in
            let loaded = Result {
                try LoadedGroup(
                    GroupSource(description), recovered: description.recovered, store: store,
                    options: options, seed: seed)
            }
            let opening = GroupOpening(loaded: loaded, completion: opened)
            if !inbox.post({ $0.openings.append(opening) }) { abandon() }
        }
        if !worker.submit(.restore(run: run, abandon: abandon)) { abandon() }
    }

    /// Closes a group on this host; its log stays until it is forgotten, so that it can be opened again.
    ///
    /// Whoever waits for it gets ``RequestFailure/groupClosed``. May be called on the driver's thread.
    package func close(_ group: GroupID) {
        inbox.post { $0.closings.append(group) }
    }

    /// Removes the log and the snapshots of a group, which is closed first.
    ///
    /// - Parameter completion: Called when no power cut brings the group back, or with what went wrong.
    /// - Precondition: Nothing may ever open the group again as a new one: it would vote anew.
    package func forget(
        _ group: GroupID,
        completion: @escaping @Sendable (RequestFailure?) -> Void = { _ in }
    ) {
        let forgetting = GroupForgetting(group: group, completion: .callback(completion))
        let isPosted = inbox.post { $0.forgettings.append(forgetting) }
        if !isPosted { completion(.shuttingDown) }
    }

    /// Takes a snapshot of a group as soon as may be, so that its log need not be replayed.
    package func takeSnapshot(of group: GroupID) {
        inbox.post { $0.wantedSnapshots.append(group) }
    }

    /// Refuses new requests, carries the accepted ones through, and returns when the host has stopped.
    ///
    /// Everybody gets an answer, and the threads are gone. May be called any number of times.
    package func shutDown() async {
        await withUnsafeContinuation { continuation in
            shutDown(completion: .continuation(continuation))
        }
    }

    /// The same for callers without a task.
    package func shutDown(completion: @escaping @Sendable () -> Void) {
        shutDown(completion: .callback { completion() })
    }

    private func shutDown(completion: Completion<Void>) {
        let isDone = stop.withLock { stop in
            if !stop.isDone { stop.waiting.append(completion) }
            return stop.isDone
        }
        if isDone { return completion.complete(()) }
        inbox.post { $0.isShutdownRequested = true }
    }

    private func finishShutdown() {
        let waiting = stop.withLock { stop in
            defer { stop = Stop(isDone: true) }
            return stop.waiting
        }
        for completion in waiting { completion.complete(()) }
    }

    /// Everything that works for a host, for a simulator that drains each at times of its own.
    package var parts: [any Drained] { [driver] + helpers }

    /// What works for the driver: log writer, snapshot worker and the log's preparer.
    private var helpers: [any Drained] {
        [writer, worker] + (ports.log.preparer.map { [$0] } ?? [])
    }

    /// Does everything there is to do at an instant, for a host without threads.
    ///
    /// - Returns: When there will be more to do if nothing else happens.
    @discardableResult
    package func drain(now: Instant) -> Instant? {
        while true {
            let outcomes = parts.map { $0.drain(now: now) }
            if outcomes[0].isStopped {
                for helper in helpers { _ = helper.drain(now: now) }
                finishShutdown()
                return nil
            }
            if !outcomes.contains(where: \.didWork) {
                return outcomes.compactMap(\.nextDeadline).min()
            }
        }
    }
}
