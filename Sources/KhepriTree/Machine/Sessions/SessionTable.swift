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
    static let outcomesMaximum = 1_024

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
        /// In the order of their sequences.
        var outcomes: [Outcome] = []
    }

    private var sessions: [SessionID: Session] = [:]

    var count: Int { sessions.count }

    /// All sessions in the order of their identities.
    var sorted: [(id: SessionID, session: Session)] {
        sessions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    init() {}

    /// The sessions that a snapshot holds.
    init(_ list: [(id: SessionID, session: Session)]) {
        for (id, session) in list { sessions[id] = session }
    }

    /// What a command gets without being applied; nil if it is to be applied.
    func outcome(of command: TreeCommand.Session, at time: UInt64) -> Applied? {
        func refusal(_ code: OperationError.Code, _ message: String) -> Applied {
            Applied(result: .error(OperationError(code, message)), changes: ChangeSet())
        }
        guard let session = sessions[command.id] else {
            guard command.sequence == 1 else {
                return refusal(.sessionExpired, "the session is unknown: begin a new one")
            }
            return sessions.count < Self.sessionsMaximum
                ? nil : refusal(.tooManySessions, "there are \(Self.sessionsMaximum) sessions")
        }
        if let known = session.outcomes.first(where: { $0.sequence == command.sequence }) {
            guard let error = known.error else {
                let message = "applied before at revision \(known.revision.rawValue)"
                return refusal(.resultUnavailable, message)
            }
            return refusal(error, "refused before at revision \(known.revision.rawValue)")
        }
        guard command.sequence >= session.lowestUnanswered else {
            return refusal(.resultUnavailable, "the command was answered before")
        }
        let kept = session.outcomes.count { $0.sequence >= command.lowestUnanswered }
        return kept < Self.outcomesMaximum
            ? nil : refusal(.tooManySessions, "\(Self.outcomesMaximum) commands are unanswered")
    }

    /// Keeps what became of a command, and forgets what its sender needs no more.
    mutating func record(
        _ result: OperationResult, at context: ApplyContext, of command: TreeCommand.Session
    ) {
        var session = sessions[command.id] ?? Session(time: context.time)
        session.time = max(session.time, context.time)
        session.lowestUnanswered = max(session.lowestUnanswered, command.lowestUnanswered)
        session.outcomes.removeAll { $0.sequence < session.lowestUnanswered }
        var error: OperationError.Code?
        if case .error(let refusal) = result { error = refusal.code }
        if case .aborted = result { error = .aborted }
        let position = session.outcomes.firstIndex { $0.sequence > command.sequence }
        session.outcomes.insert(
            Outcome(sequence: command.sequence, revision: context.revision, error: error),
            at: position ?? session.outcomes.endIndex)
        sessions[command.id] = session
    }

    /// Forgets the sessions that had no command for too long.
    ///
    /// When to look depends on the two times only, so a member that began with a snapshot looks at
    /// the same command as the others.
    mutating func expire(
        from previous: UInt64, to time: UInt64
    ) -> [(id: SessionID, hash: UInt128)] {
        guard time / Self.sweepInterval > previous / Self.sweepInterval else { return [] }
        var expired: [(SessionID, UInt128)] = []
        for (id, session) in sorted where session.time + Self.lifetime < time {
            expired.append((id, hash(of: id)))
            sessions[id] = nil
        }
        return expired
    }

    /// The sum over all sessions.
    var hash: UInt128 {
        sorted.reduce(0) { $0 &+ hash(of: $1.id) }
    }

    /// The hash of a session, 0 if there is none.
    func hash(of id: SessionID) -> UInt128 {
        guard let session = sessions[id] else { return 0 }
        var hash = SipHash128()
        for word in [id.high, id.low, session.time, session.lowestUnanswered] { hash.append(word) }
        for outcome in session.outcomes {
            hash.append(outcome.sequence)
            hash.append(outcome.revision.rawValue)
            hash.append(outcome.error.map { $0.number } ?? 0)
        }
        return hash.finish()
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
        }
    }

    /// The code of a number in the state.
    init?(number: UInt64) {
        guard let code = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = code
    }
}
