/// The sessions of clients: what makes a repeated command apply only once (Raft thesis §6.3).
///
/// A session is made by its first command, whose sequence is 1. Each command names the lowest
/// sequence that its sender still waits for, and outcomes below that are forgotten. Of a command,
/// only whether it succeeded and its revision are kept, not its nodes.
struct SessionTable: Sendable {
    /// How long a session lives without a command, in milliseconds of log time: an hour.
    static let lifetime: UInt64 = 3_600_000
    /// How often expired sessions are looked for, in milliseconds of log time.
    static let sweepInterval: UInt64 = 60_000
    /// The most sessions of a store.
    static let sessionsMaximum = 100_000
    /// The most outcomes of a session.
    static let outcomesMaximum = TreeLimits.unansweredCommandsMaximum

    /// What is kept of one command.
    struct Outcome: Hashable, Sendable {
        var sequence: UInt64
        var revision: Revision
        /// Nil when it succeeded.
        var error: OperationError.Code?
    }

    struct Session: Hashable, Sendable {
        /// The time of the last command.
        var time: UInt64
        /// All sequences below are answered, and their outcomes forgotten.
        var lowestUnanswered: UInt64 = 1
        /// In the order of their sequences; at least one.
        var outcomes: [Outcome] = []
    }

    private var sessions: [SessionID: Session] = [:]
    /// The sum over all sessions and outcomes.
    private(set) var hash: UInt128 = 0

    private var outcomeCount = 0

    var count: Int { sessions.count }

    /// About the bytes that all of it takes in memory.
    var byteCount: Int {
        count * MemoryLayout<(SessionID, Session)>.stride
            + outcomeCount * MemoryLayout<Outcome>.stride
    }

    /// All sessions in the order of their identities.
    var sorted: [(id: SessionID, session: Session)] {
        sessions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    init() {}

    /// The sessions that a snapshot holds.
    init(_ list: [(id: SessionID, session: Session)]) {
        for (id, session) in list {
            sessions[id] = session
            hash &+= session.hash(of: id)
            outcomeCount += session.outcomes.count
        }
    }

    /// What a command gets without being applied; nil if it is to be applied.
    func outcome(of command: TreeCommand.Session) -> Applied? {
        func refusal(
            _ code: OperationError.Code, _ message: String, at earlier: Revision? = nil
        ) -> Applied {
            Applied(
                result: .error(OperationError(code, message)), changes: ChangeSet(),
                earlierRevision: earlier)
        }
        guard let session = sessions[command.id] else {
            guard command.sequence == 1 else {
                return refusal(.sessionExpired, "the session is unknown: begin a new one")
            }
            return sessions.count < Self.sessionsMaximum
                ? nil : refusal(.tooManySessions, "there are \(Self.sessionsMaximum) sessions")
        }
        let place = session.place(of: command.sequence)
        if place < session.outcomes.count, session.outcomes[place].sequence == command.sequence {
            let known = session.outcomes[place]
            let place = "before at revision \(known.revision.rawValue)"
            guard let error = known.error else {
                return refusal(.resultUnavailable, "applied \(place)", at: known.revision)
            }
            return refusal(error, "refused \(place)", at: known.revision)
        }
        guard command.sequence >= session.lowestUnanswered else {
            return refusal(.resultUnavailable, "the command was answered before")
        }
        let kept = session.outcomes.count - session.place(of: command.lowestUnanswered)
        return kept < Self.outcomesMaximum
            ? nil : refusal(.tooManySessions, "\(Self.outcomesMaximum) commands are unanswered")
    }

    /// Keeps what became of a command, and forgets what its sender needs no more.
    mutating func record(
        _ result: OperationResult, at context: ApplyContext, of command: TreeCommand.Session
    ) {
        var error: OperationError.Code?
        if case .error(let refusal) = result { error = refusal.code }
        if case .aborted = result { error = .aborted }
        let outcome = Outcome(sequence: command.sequence, revision: context.revision, error: error)
        let difference = sessions[command.id, default: Session(time: context.time)]
            .record(outcome, of: command, at: context.time)
        hash &+= difference.hash
        outcomeCount += difference.outcomeCount
    }

    /// Forgets the sessions that had no command for too long.
    ///
    /// When to look depends on the two times only, so a member that began with a snapshot looks at
    /// the same command as the others.
    mutating func expire(from previous: UInt64, to time: UInt64) {
        guard time / Self.sweepInterval > previous / Self.sweepInterval else { return }
        let expired = sessions.filter { $0.value.time.addingLifetime < time }
        for (id, session) in expired {
            hash &-= session.hash(of: id)
            outcomeCount -= session.outcomes.count
            sessions[id] = nil
        }
    }
}

extension SessionTable.Session {
    /// Where the outcome with a sequence is, or would be.
    func place(of sequence: UInt64) -> Int {
        var lower = 0
        var upper = outcomes.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if outcomes[middle].sequence < sequence { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }

    /// Adds an outcome, and returns what that adds to the hash and to the number of outcomes.
    fileprivate mutating func record(
        _ outcome: SessionTable.Outcome, of command: TreeCommand.Session, at time: UInt64
    ) -> (hash: UInt128, outcomeCount: Int) {
        let begun = StateHash.begin(command.id)
        var difference: UInt128 = 0
        if !outcomes.isEmpty { difference &-= propertiesHash(begun) }
        self.time = max(self.time, time)
        lowestUnanswered = max(
            lowestUnanswered, min(command.lowestUnanswered, command.sequence))
        let forgotten = place(of: lowestUnanswered)
        for old in outcomes[..<forgotten] { difference &-= old.hash(begun) }
        outcomes.removeFirst(forgotten)
        outcomes.insert(outcome, at: place(of: outcome.sequence))
        return (difference &+ propertiesHash(begun) &+ outcome.hash(begun), 1 - forgotten)
    }

    /// The hash of the session with its outcomes.
    fileprivate func hash(of id: SessionID) -> UInt128 {
        let begun = StateHash.begin(id)
        return outcomes.reduce(propertiesHash(begun)) { $0 &+ $1.hash(begun) }
    }

    private func propertiesHash(_ begun: SipHash128) -> UInt128 {
        var hash = begun
        for word in [3, time, lowestUnanswered] { hash.append(word) }
        return hash.finish()
    }
}

extension SessionTable.Outcome {
    fileprivate func hash(_ begun: SipHash128) -> UInt128 {
        var hash = begun
        hash.append(4)
        hash.append(sequence)
        hash.append(revision.rawValue)
        hash.append(error?.number ?? 0)
        return hash.finish()
    }
}

extension UInt64 {
    /// The last moment of a session whose last command was at this time.
    fileprivate var addingLifetime: UInt64 {
        let (sum, overflows) = addingReportingOverflow(SessionTable.lifetime)
        return overflows ? .max : sum
    }
}

extension OperationError.Code {
    /// The number of a code in the state; never changes, and 0 means none.
    var number: UInt64 {
        switch self {
        case .nodeNotFound: 1
        case .mismatchingNode: 2
        case .keepWhileConditionsNotMet: 3
        case .patternMatchesManyNodes: 4
        case .readOnlyTransaction: 5
        case .invalidPath: 6
        case .invalidOperation: 7
        case .aborted: 8
        case .sessionExpired: 9
        case .tooManySessions: 10
        case .resultUnavailable: 11
        case .conflict: 12
        }
    }

    /// The code of a number in the state.
    init?(number: UInt64) {
        guard let code = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = code
    }
}
