import RaftCore

/// Steps every group of a host and carries out what their cores want.
///
/// A drained object: everything happens in ``drain(now:)``, on whatever thread calls it. Each round
/// takes all that is queued, steps the core of every group, gathers their writes in one batch, and
/// applies and answers what has become durable.
final class HostDriver: Drained {
    let inbox: HostInbox
    // One thread drains at a time; the lock proves it and is never contended.
    private let rounds: Lock<HostRounds>
    private let publish: @Sendable (HostStatistics) -> Void

    init(
        inbox: HostInbox, writer: LogWriter, worker: SnapshotWorker,
        ports: HostPorts, options: HostOptions,
        publish: @escaping @Sendable (HostStatistics) -> Void
    ) {
        self.inbox = inbox
        self.publish = publish
        rounds = Lock(
            HostRounds(
                inbox: inbox, writer: writer, worker: worker, ports: ports, options: options))
    }

    func drain(now: Instant) -> DrainOutcome {
        rounds.withLock { rounds in
            let outcome = rounds.drain(now: now)
            if outcome.didWork { publish(rounds.statistics) }
            return outcome
        }
    }

    func waitForWork(nanoseconds: UInt64?) {
        inbox.wait(nanoseconds: nanoseconds)
    }
}
