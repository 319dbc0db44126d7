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
    private let published: Lock<HostStatistics>

    init(
        inbox: HostInbox, writer: LogWriter, worker: SnapshotWorker,
        ports: HostPorts, options: HostOptions, statistics: Lock<HostStatistics>
    ) {
        self.inbox = inbox
        published = statistics
        rounds = Lock(
            HostRounds(
                inbox: inbox, writer: writer, worker: worker, ports: ports, options: options))
    }

    func drain(now: Instant) -> DrainOutcome {
        rounds.withLock { rounds in
            let outcome = rounds.drain(now: now)
            let statistics = rounds.statistics
            published.withLock { $0 = statistics }
            return outcome
        }
    }

    func waitForWork(nanoseconds: UInt64?) {
        inbox.wait(nanoseconds: nanoseconds)
    }
}
