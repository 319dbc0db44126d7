import RaftCore

/// A request of a caller, from when it is made until it is answered.
///
/// The caller's task waits in it, and the driver's tables hold it. Not generic, so that the driver
/// moves plain references, whatever the state machine answers.
class Request: @unchecked Sendable {
    // Sendable because only one party writes to it: its caller until the inbox has taken it, the
    // driver from then on.

    /// The group it is for.
    let slot: GroupSlot
    /// Names it for cancellation.
    let ticket: Ticket
    /// How long the caller is willing to wait once the driver has the request.
    let timeout: Duration
    /// When the driver gives up; set when it takes the request.
    fileprivate(set) var deadline = Deadline.distantFuture
    /// Whether the driver has taken the request and not answered it.
    fileprivate(set) var isOpen = false

    init(slot: GroupSlot, ticket: Ticket, timeout: Duration) {
        self.slot = slot
        self.ticket = ticket
        self.timeout = timeout
    }

    /// What it counts for among the bytes that wait for the log.
    var waitingBytes: Int { 0 }

    /// Answers that the request was not carried out, or that its outcome is unknown.
    func answer(_ failure: RequestFailure) {
        preconditionFailure("a request answers in its own way")
    }
}

extension Request {
    /// Notes that the driver is responsible now.
    func open(now: Instant) {
        precondition(!isOpen, "a request is submitted once")
        deadline = Deadline(timeout, after: now)
        isOpen = true
    }

    /// Notes that the answer is given next, and says whether it still has to be.
    func close() -> Bool {
        defer { isOpen = false }
        return isOpen
    }
}

/// A linearizable read, or a wait for an index.
final class ReadRequest: Request, @unchecked Sendable {
    enum Kind: Sendable {
        /// Ask the core what is committed, and wait until that is applied.
        case linearizable
        /// Wait until this is applied.
        case applied(LogIndex)
    }

    let kind: Kind
    private let completion: Completion<ReadOutcome>

    init(
        _ kind: Kind, slot: GroupSlot, ticket: Ticket, timeout: Duration,
        completion: Completion<ReadOutcome>
    ) {
        self.kind = kind
        self.completion = completion
        super.init(slot: slot, ticket: ticket, timeout: timeout)
    }

    override func answer(_ failure: RequestFailure) { completion.complete(.failure(failure)) }

    func answer(appliedIndex: LogIndex) { completion.complete(.success(appliedIndex)) }
}

/// A command to be put into the log.
class CommandRequest: Request, @unchecked Sendable {
    let payload: [UInt8]
    /// Whether it may be written on a full disk, because it frees space.
    let mayUseReserve: Bool
    /// Whether the command is in the log, so that it may be applied whatever the caller is told.
    var isInLog = false

    init(
        payload: [UInt8], mayUseReserve: Bool, slot: GroupSlot, ticket: Ticket, timeout: Duration
    ) {
        self.payload = payload
        self.mayUseReserve = mayUseReserve
        super.init(slot: slot, ticket: ticket, timeout: timeout)
    }

    /// What the command takes in a batch.
    var byteCount: Int { payload.count + LogEntry.frameBytes }

    override var waitingBytes: Int { isInLog ? 0 : byteCount }
}

/// A command whose caller waits for what a certain machine answers.
final class MachineCommand<Output: Sendable>: CommandRequest, @unchecked Sendable {
    private let completion: Completion<ProposalOutcome<Output>>

    init(
        payload: [UInt8], mayUseReserve: Bool, slot: GroupSlot, ticket: Ticket, timeout: Duration,
        completion: Completion<ProposalOutcome<Output>>
    ) {
        self.completion = completion
        super.init(
            payload: payload, mayUseReserve: mayUseReserve, slot: slot, ticket: ticket,
            timeout: timeout)
    }

    override func answer(_ failure: RequestFailure) {
        completion.complete(isInLog ? .unknown(failure) : .rejected(failure))
    }

    func answer(_ output: Output, at index: LogIndex) {
        completion.complete(.committed(index, output))
    }
}

/// Names a request within its host.
struct Ticket: Hashable, Sendable {
    let rawValue: UInt64
}

/// A group's place in its host's table, for the life of the host.
struct GroupSlot: Hashable, Sendable {
    let rawValue: Int
}
