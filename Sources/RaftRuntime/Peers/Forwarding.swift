import RaftCore

/// The commands of a member's callers that are with the leader.
struct Forwarding {
    /// A command on its way, or at the leader.
    struct Sent {
        let number: UInt64
        let command: CommandRequest
        /// When it is sent once more, if it may be.
        fileprivate var repeatsAt: Instant
    }

    /// A command that the leader has carried through, and that is yet to be applied here.
    struct Committed {
        let index: LogIndex
        let output: [UInt8]
        let command: CommandRequest
    }

    /// How long nothing is forwarded to somebody who said that he does not lead.
    static let pause = Duration.milliseconds(50)
    /// How long an answer is waited for before it counts as lost.
    static let patience = Duration.seconds(1)
    /// About the most bytes of commands in one envelope.
    static let envelopeBytesMaximum = 1 << 20

    /// In ascending order of their numbers.
    private(set) var sent: [Sent] = []
    var committed: [Committed] = []
    /// Nothing is forwarded before that.
    var pausedUntil: Instant?
    /// No answer counts as lost before that.
    private var nextRepetition: Instant?
    private var lastNumber: UInt64

    /// - Parameter seed: A random number, so that a member never uses a number of an earlier start.
    init(seed: UInt64) {
        lastNumber = seed & (UInt64.max >> 2)
    }

    /// Notes that a command is sent, and gives it its number.
    mutating func add(_ command: CommandRequest, now: Instant) -> UInt64 {
        lastNumber += 1
        let repeatsAt = now.advanced(by: Self.patience)
        sent.append(Sent(number: lastNumber, command: command, repeatsAt: repeatsAt))
        if command.isRepeatable { nextRepetition = nextRepetition ?? repeatsAt }
        return lastNumber
    }

    /// Whether an answer may have been lost.
    func isOverdue(at now: Instant) -> Bool { nextRepetition.map { $0 <= now } ?? false }

    /// The commands that are sent to the same leader once more, under the same numbers, because an
    /// answer was lost or is long in coming.
    mutating func takeOverdue(at now: Instant) -> [Sent] {
        guard isOverdue(at: now) else { return [] }
        nextRepetition = nil
        var overdue: [Sent] = []
        for index in sent.indices {
            guard sent[index].command.isRepeatable, sent[index].command.isOpen else { continue }
            if sent[index].repeatsAt <= now {
                sent[index].repeatsAt = now.advanced(by: Self.patience)
                overdue.append(sent[index])
            }
            let next = sent[index].repeatsAt
            nextRepetition = min(nextRepetition ?? next, next)
        }
        return overdue
    }

    /// Takes out the command with a number; nil if it is not waited for.
    mutating func take(_ number: UInt64) -> CommandRequest? {
        var lower = 0
        var upper = sent.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if sent[middle].number < number { lower = middle + 1 } else { upper = middle }
        }
        guard lower < sent.count, sent[lower].number == number else { return nil }
        return sent.remove(at: lower).command
    }

    /// Takes out the commands that may be sent again to another leader, in order.
    mutating func takeRepeatable() -> [CommandRequest] {
        let repeatable = sent.filter { $0.command.isRepeatable && $0.command.isOpen }
        guard !repeatable.isEmpty else { return [] }
        sent.removeAll { $0.command.isRepeatable || !$0.command.isOpen }
        return repeatable.map(\.command)
    }

    /// Takes out what is committed up to an index.
    mutating func takeCommitted(through index: LogIndex) -> [Committed] {
        let ready = committed.filter { $0.index <= index }
        if !ready.isEmpty { committed.removeAll { $0.index <= index } }
        return ready
    }

    /// Forgets what was answered.
    mutating func dropAnswered() {
        sent.removeAll { !$0.command.isOpen }
        committed.removeAll { !$0.command.isOpen }
    }
}
