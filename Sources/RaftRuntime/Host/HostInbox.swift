import RaftCore
import Synchronization

/// Everything that others want of the driver.
struct Mail: Sendable {
    var commands: [CommandRequest] = []
    var reads: [ReadRequest] = []
    var controls: [ControlRequest] = []
    var visits: [MachineVisit] = []
    var peers = PeerMail()
    var cancellations: [Ticket] = []
    var openings: [GroupOpening] = []
    /// Groups that end on this host.
    var closings: [GroupID] = []
    /// Closed groups that the log shall know no more.
    var forgettings: [GroupForgetting] = []
    /// Groups that shall have a snapshot as soon as may be.
    var wantedSnapshots: [GroupID] = []
    var logResults: [LogResult] = []
    var logReads: [LogReadResult] = []
    var transferResults: [TransferResult] = []
    var snapshotResults: [SnapshotResult] = []
    /// Set once: the host shall carry through what was accepted, and stop.
    var isShutdownRequested = false

    /// Whether there is something other than commands.
    var isUrgent: Bool {
        !(reads.isEmpty && peers.envelopes.isEmpty && logResults.isEmpty && logReads.isEmpty
            && cancellations.isEmpty && controls.isEmpty && visits.isEmpty && openings.isEmpty
            && closings.isEmpty && forgettings.isEmpty && wantedSnapshots.isEmpty
            && snapshotResults.isEmpty && transferResults.isEmpty) || isShutdownRequested
    }

    var isEmpty: Bool { commands.isEmpty && !isUrgent }

    mutating func removeAll() {
        commands.removeAll(keepingCapacity: true)
        reads.removeAll(keepingCapacity: true)
        controls.removeAll()
        visits.removeAll()
        peers.removeAll()
        cancellations.removeAll()
        openings.removeAll()
        closings.removeAll()
        forgettings.removeAll()
        wantedSnapshots.removeAll()
        logResults.removeAll(keepingCapacity: true)
        logReads.removeAll()
        transferResults.removeAll()
        snapshotResults.removeAll()
        isShutdownRequested = false
    }
}

/// The bounded queue between callers and the driver: arrays under a lock, and a wake-up.
final class HostInbox: Sendable {
    private struct State {
        var mail = Mail()
        /// Set while the log is busy: commands then join the next batch without a wake-up.
        var holdsCommands = false
        var isClosed = false
    }

    private let monitor = Monitor(State())
    /// Requests that were accepted and not answered.
    private let openCount = Atomic<Int>(0)
    /// Bytes of commands that are not in the log yet.
    private let waitingBytes = Atomic<Int>(0)
    private let openMaximum: Int
    private let waitingBytesMaximum: Int
    private let peerEnvelopesMaximum: Int
    private let peerBytesMaximum: Int
    private let lastTicket = Atomic<UInt64>(0)

    init(_ options: HostOptions) {
        openMaximum = options.openRequestsMaximum
        waitingBytesMaximum = options.waitingBytesMaximum
        peerEnvelopesMaximum = options.peerEnvelopesMaximum
        peerBytesMaximum = options.peerBytesMaximum
    }

    /// A name for a new request.
    func nextTicket() -> Ticket {
        Ticket(rawValue: lastTicket.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// Bytes of commands that are not in the log yet.
    var waitingByteCount: Int { waitingBytes.load(ordering: .relaxed) }

    /// Queues a command, or says why not.
    func submit(_ command: CommandRequest) -> RequestFailure? {
        admit(bytes: command.byteCount) { $0.commands.append(command) }
    }

    /// Queues a read, or says why not.
    func submit(_ read: ReadRequest) -> RequestFailure? {
        admit(bytes: 0) { $0.reads.append(read) }
    }

    /// Queues a change of members or leader, or says why not.
    func submit(_ control: ControlRequest) -> RequestFailure? {
        admit(bytes: 0) { $0.controls.append(control) }
    }

    /// Queues what peers have sent, as far as it fits.
    func receive(_ envelopes: [PeerEnvelope]) {
        post { mail in
            mail.peers.add(
                envelopes, countMaximum: peerEnvelopesMaximum, bytesMaximum: peerBytesMaximum)
        }
    }

    /// Counts a command of another member among the open requests, or says why not.
    func admitForeign(bytes: Int) -> RequestFailure? {
        admit(bytes: bytes) { _ in }
    }

    /// Asks for a request to be answered now, if it is not answered yet.
    func cancel(_ ticket: Ticket) {
        post { $0.cancellations.append(ticket) }
    }

    /// Queues what is not counted as a request; false if the driver has stopped.
    @discardableResult
    func post(_ change: (inout Mail) -> Void) -> Bool {
        monitor.withLock { state in
            guard !state.isClosed else { return false }
            change(&state.mail)
            monitor.wake()
            return true
        }
    }

    /// Swaps everything queued for an empty mail.
    func take(_ mail: inout Mail) {
        monitor.withLock { swap(&$0.mail, &mail) }
    }

    /// Makes room for other requests; called before the answers, so that a caller who asks again at
    /// once finds the room.
    func noteAnswers(_ count: Int) {
        openCount.subtract(count, ordering: .relaxed)
    }

    /// Makes room for other commands when some are in the log, or refused.
    func noteLeft(bytes: Int) {
        waitingBytes.subtract(bytes, ordering: .relaxed)
    }

    /// Says whether commands alone are worth a wake-up.
    func holdCommands(_ holds: Bool) {
        monitor.withLock { $0.holdsCommands = holds }
    }

    /// Refuses everything from here on, and hands out what is queued.
    func close(_ mail: inout Mail) {
        monitor.withLock { state in
            state.isClosed = true
            swap(&state.mail, &mail)
        }
    }

    func wait(nanoseconds: UInt64?) {
        monitor.wait(nanoseconds: nanoseconds) { state in
            state.mail.isUrgent || (!state.mail.commands.isEmpty && !state.holdsCommands)
        }
    }

    private func admit(bytes: Int, _ change: (inout Mail) -> Void) -> RequestFailure? {
        monitor.withLock { state in
            guard !state.isClosed else { return .shuttingDown }
            guard openCount.load(ordering: .relaxed) < openMaximum else { return .overloaded }
            // A command is never too large by itself; only this lock's holder adds bytes.
            let waiting = waitingBytes.load(ordering: .relaxed)
            guard waiting == 0 || waiting + bytes <= waitingBytesMaximum else { return .overloaded }
            openCount.add(1, ordering: .relaxed)
            waitingBytes.add(bytes, ordering: .relaxed)
            change(&state.mail)
            if !state.holdsCommands || state.mail.isUrgent { monitor.wake() }
            return nil
        }
    }
}
