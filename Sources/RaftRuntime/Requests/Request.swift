package import RaftCore

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

    /// The request as a question, which the leader's machine answers; nil if it is none.
    var asQuestion: CommandRequest? { nil }

    /// Answers that the request was not carried out, or that its outcome is unknown.
    func answer(_ failure: RequestFailure) {
        preconditionFailure("a request answers in its own way")
    }

    /// Answers a request that waited until the index was applied.
    func answer(appliedIndex: LogIndex) {
        preconditionFailure("a command is answered by its output")
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

    override func answer(appliedIndex: LogIndex) { completion.complete(.success(appliedIndex)) }
}

/// A command to be put into the log.
class CommandRequest: Request, @unchecked Sendable {
    /// Its bytes; those of one that is made late are there once its place in the log is known.
    private(set) var payload: [UInt8]
    /// What it counts for before it is in the log.
    let byteCount: Int
    /// Makes the bytes, unless they were there from the beginning.
    private let maker: CommandMaker?
    /// What the driver may do with it.
    let traits: CommandTraits
    /// Whether the command is, or was, in a log or on its way into one, so that it may be applied
    /// whatever the caller is told.
    var mayBeApplied = false
    /// Where the leader applied it, once that is known.
    var committedIndex: LogIndex?
    /// Whether it was sent once more because its fate was not known.
    private(set) var wasResent = false
    /// Told each time that happens.
    private let onRepetition: (@Sendable () -> Void)?
    /// Whether its bytes are no longer counted among those that wait for the log.
    var hasLeftQueue = false

    init(
        _ content: CommandContent, traits: CommandTraits, slot: GroupSlot, ticket: Ticket,
        timeout: Duration, onRepetition: (@Sendable () -> Void)?
    ) {
        switch content {
        case .bytes(let bytes):
            (payload, maker) = (bytes, nil)
            byteCount = bytes.count + LogEntry.frameBytes
        case .late(let expectedByteCount, let maker):
            (payload, self.maker) = ([], maker)
            byteCount = expectedByteCount + LogEntry.frameBytes
        }
        self.traits = traits
        self.onRepetition = onRepetition
        super.init(slot: slot, ticket: ticket, timeout: timeout)
    }

    /// Whether its bytes depend on its place in the log, and are not there yet.
    var isUnmade: Bool { maker != nil && payload.isEmpty }

    /// Makes the bytes for the command's place in the log.
    ///
    /// They stay the same if it gets another place, as it may have been applied at the first.
    func make(at place: EntryPlace) {
        guard isUnmade, let maker else { return }
        payload = maker(place)
        precondition(!payload.isEmpty, "a command that is made late has bytes")
    }

    override var waitingBytes: Int { hasLeftQueue ? 0 : byteCount }

    override var asQuestion: CommandRequest? { isQuestion ? self : nil }

    /// Notes that it is sent once more.
    func noteRepetition() {
        wasResent = true
        onRepetition?()
    }
}

/// The bytes of a command, or what makes them when its place in the log is known.
package enum CommandContent: Sendable {
    case bytes([UInt8])
    /// Of about so many bytes.
    case late(expectedByteCount: Int, CommandMaker)
}

/// Makes the bytes of a command for its place in the log; called once, on the driver's thread.
package typealias CommandMaker = @Sendable (EntryPlace) -> [UInt8]

/// Where the leader puts a command.
package struct EntryPlace: Sendable {
    /// The index of the entry.
    package let index: LogIndex
    /// The term of the leader.
    package let term: Term
    /// The time of the entry.
    package let time: UInt64

    package init(index: LogIndex, term: Term, time: UInt64) {
        self.index = index
        self.term = term
        self.time = time
    }
}

/// What a driver may do with a command.
package struct CommandTraits: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The driver does nothing special with it.
    package static let none: CommandTraits = []
    /// It frees space, so it may be written on a full disk.
    package static let mayUseReserve = CommandTraits(rawValue: 1)
    /// Applied a second time it has no effect and the same outcome, so it may be sent again when its
    /// fate is not known.
    package static let isRepeatable = CommandTraits(rawValue: 2)
    /// Another member forwarded it, so it is not forwarded again.
    static let isForeign = CommandTraits(rawValue: 4)
    /// The leader's machine answers it without the log, after everything that was committed before.
    package static let isQuestion = CommandTraits(rawValue: 8)
}

extension CommandRequest {
    var mayUseReserve: Bool { traits.contains(.mayUseReserve) }
    var isRepeatable: Bool { traits.contains(.isRepeatable) }
    var isForeign: Bool { traits.contains(.isForeign) }
    var isQuestion: Bool { traits.contains(.isQuestion) }
}

/// A command whose caller waits for what a certain machine answers.
final class MachineCommand<Output: Sendable>: CommandRequest, @unchecked Sendable {
    private let completion: Completion<ProposalOutcome<Output>>

    init(
        _ content: CommandContent, traits: CommandTraits, slot: GroupSlot, ticket: Ticket,
        timeout: Duration, onRepetition: (@Sendable () -> Void)? = nil,
        completion: Completion<ProposalOutcome<Output>>
    ) {
        self.completion = completion
        super.init(
            content, traits: traits, slot: slot, ticket: ticket, timeout: timeout,
            onRepetition: onRepetition)
    }

    override func answer(_ failure: RequestFailure) {
        if let committedIndex, failure == .timedOut {
            return completion.complete(.unknown(.appliedElsewhere(committedIndex)))
        }
        completion.complete(mayBeApplied ? .unknown(failure) : .rejected(failure))
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
