import RaftCore

/// The driver's own state, and one round of its work.
final class HostRounds {
    /// While the log is busy, queued commands are looked at this often, so that their timeouts count.
    static let heldCommandsCheck = Duration.milliseconds(100)
    /// Rounds after which the clock is looked at again, however much there is to apply.
    static let roundsMaximum = 16

    let inbox: HostInbox
    let writer: LogWriter
    let worker: SnapshotWorker
    let ports: HostPorts
    let options: HostOptions

    /// The open groups, in order of opening.
    var groups: [GroupState] = []
    /// The same by slot; nil for a group that was closed, whose slot is not used again.
    var slots: [GroupState?] = []
    /// The same by identifier.
    var groupsByID: [GroupID: GroupState] = [:]
    /// The closed groups that the log still knows.
    var closed: Set<GroupID> = []
    /// What is about to be sent, and the answers among it.
    var outbox = Outbox()
    let tray = AnswerTray()
    var mail = Mail()
    var watch = DeadlineWatch()
    var log = LogDesk()
    var statistics = HostStatistics()
    var shutdown = Shutdown.none
    /// When a shutdown waits for nobody any more.
    var shutdownDeadline = Instant.zero
    var now = Instant.zero
    /// Effects being carried out; kept for its storage.
    var effects = RaftEffectBuffer()
    /// The group whose commands come first into the next batch.
    private var turn = 0

    init(
        inbox: HostInbox, writer: LogWriter, worker: SnapshotWorker, ports: HostPorts,
        options: HostOptions
    ) {
        self.inbox = inbox
        self.writer = writer
        self.worker = worker
        self.ports = ports
        self.options = options
    }

    /// Takes what is queued and works until nothing is left to do, or for a number of rounds.
    func drain(now: Instant) -> DrainOutcome {
        guard shutdown != .finished else { return DrainOutcome(didWork: false, isStopped: true) }
        self.now = now
        for group in groups { takeWishes(of: group) }
        var hadMail = takeMail()
        expire()
        lookForSpace()
        var rounds = 0
        while rounds < Self.roundsMaximum, runRound() {
            rounds += 1
            if takeMail() { hadMail = true }
        }
        let isUnfinished = rounds == Self.roundsMaximum
        if !isUnfinished { finishShutdownIfQuiet() }
        for group in groups { group.publish() }
        statistics.openRequests = watch.openCount
        statistics.waitingBytes = inbox.waitingByteCount
        inbox.holdCommands(log.isInFlight)
        return DrainOutcome(
            didWork: hadMail || rounds > 0, nextDeadline: isUnfinished ? now : nextDeadline,
            isStopped: shutdown == .finished)
    }

    /// Tries whether there is space again: a follower has no commands of its own that would.
    private func lookForSpace() {
        guard log.space == .full, !log.isInFlight, log.retriesAt <= now else { return }
        log.retriesAt = now.advanced(by: Self.heldCommandsCheck)
        makeSpaceIfFull()
    }

    /// One pass over all groups and the log; false if it changed nothing.
    ///
    /// A batch for the log's thread leaves before anything is applied, so that the disk and the state
    /// machines work at once, and the callers too: they are answered slice by slice, and what they
    /// ask next is taken between two rounds. A batch is written here only when nothing is left to
    /// apply: else the answers would wait for its flush.
    private func runRound() -> Bool {
        #if KHEPRI_MUTANTS
        spoilRound()
        #endif
        var didWork = false
        for offset in groups.indices where advance(groups[(turn + offset) % groups.count]) {
            didWork = true
        }
        if !groups.isEmpty { turn = (turn + 1) % groups.count }
        // Other members are told before the disk is, so that all disks work at once.
        if flushOutbox() { didWork = true }
        if handOverBatch() { didWork = true }
        for group in groups {
            if applySlice(of: group) { didWork = true }
            answerOpener(of: group)
        }
        if writeBatch() { didWork = true }
        return didWork
    }

    private func takeMail() -> Bool {
        inbox.take(&mail)
        guard !mail.isEmpty else { return false }
        for opening in mail.openings { open(opening) }
        for id in mail.wantedSnapshots { takeSnapshot(of: id) }
        for id in mail.closings { close(id) }
        for forgetting in mail.forgettings { forget(forgetting) }
        for result in mail.logResults { logFinished(result) }
        for result in mail.snapshotResults { snapshotFinished(result) }
        for result in mail.logReads { logRead(result) }
        for result in mail.transferResults { transferFinished(result) }
        for envelope in mail.peers.envelopes { receive(envelope) }
        statistics.droppedEnvelopes += UInt64(mail.peers.droppedCount)
        for control in mail.controls { accept(control) }
        for visit in mail.visits { visit.look() }
        for command in mail.commands { accept(command) }
        for read in mail.reads { accept(read) }
        cancel(mail.cancellations)
        if mail.isShutdownRequested { beginShutdown() }
        mail.removeAll()
        return true
    }

    private var nextDeadline: Instant? {
        var earliest = watch.nextDeadline
        if shutdown == .requested { earliest = min(earliest ?? shutdownDeadline, shutdownDeadline) }
        for group in groups {
            let deadlines = [
                group.server.nextDeadline, group.forwarding.pausedUntil, group.following.retriesAt,
                asksForWishes(of: group) ? group.machine.nextDeadline : nil,
            ]
            for deadline in deadlines.compactMap(\.self) {
                earliest = min(earliest ?? deadline, deadline)
            }
        }
        if log.isInFlight || (log.space == .full && log.failure == nil) {
            let check = now.advanced(by: Self.heldCommandsCheck)
            earliest = min(earliest ?? check, check)
        }
        return earliest
    }
}

/// How far a shutdown is.
enum Shutdown: Sendable {
    case none
    /// New requests are refused; what was accepted is carried through.
    case requested
    /// Everything is answered and nothing runs.
    case finished
}

/// What is under way at the log.
struct LogDesk: Sendable {
    /// What the next batch will hold.
    var gathering = LogJob()
    /// Whether a job is with the writer.
    var isInFlight = false
    /// A job that even the reserve had no space for; it goes first when there is space.
    var stalled: LogJob?
    /// When a full disk is looked at again without anybody asking.
    var retriesAt = Instant.zero
    var space = StorageSpace.available
    /// Why the log stopped for ever.
    var failure: LogDeviceError?

    /// Whether the next batch cannot be written now.
    var isBusy: Bool { isInFlight || stalled != nil || failure != nil }
}
