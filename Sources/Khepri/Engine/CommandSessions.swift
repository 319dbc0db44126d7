import KhepriTree
import RaftCore
import RaftRuntime
import Synchronization

/// What makes the commands of this member's callers apply once, however often they are sent.
///
/// Only a store with other members needs it: there the driver sends a command again when the leader
/// changes and nobody knows what became of it. The command then names its place in a session, of
/// which the state machine keeps the outcomes (Raft thesis §6.3).
///
/// A session begins with a command of its own that changes nothing, and others use it once that is
/// applied. So a session that is unknown afterwards has expired; it cannot be yet to come, and no
/// command can begin it anew with what an earlier copy has done forgotten.
final class CommandSessions: Sendable {
    /// A session that nobody used for so long may have expired; half of its life in log time.
    static let idleMaximum = Duration.seconds(1_800)
    /// More are not begun: their places are all taken by commands that get no answer.
    static let sessionsMaximum = 64

    /// What a command is to do about its session.
    enum Step {
        /// Take a place.
        case take(TreeCommand.Session)
        /// Begin a session first, and call ``CommandSessions/endBeginning(_:_:)`` with what it got.
        case begin(SessionID)
    }

    private struct State {
        var sessions: [OpenSession] = []
        var isBeginning = false
    }

    private let company: StoreCompany
    private let clock: any MonotonicClock
    private let entropy: any EntropySource
    private let state = Lock(State())

    init(_ company: StoreCompany, _ environment: HostEnvironment) {
        self.company = company
        clock = environment.clock
        entropy = environment.entropy
    }

    /// What the next command does, nil to go without a session.
    ///
    /// A place that is taken has to be given back.
    func next() -> Step? {
        guard company.isThere else { return nil }
        let now = clock.now()
        return state.withLock { state -> Step? in
            state.sessions.removeAll { $0.isIdle(at: now) }
            for index in state.sessions.indices where state.sessions[index].hasRoom {
                return .take(state.sessions[index].takePlace(at: now))
            }
            guard !state.isBeginning, state.sessions.count < Self.sessionsMaximum else {
                return nil
            }
            state.isBeginning = true
            return .begin(SessionID(high: entropy.next(), low: entropy.next()))
        }
    }

    /// Takes in what became of the first command of a session.
    func endBeginning(_ id: SessionID, _ outcome: ProposalOutcome<CommandOutcome>) {
        let now = clock.now()
        state.withLock { state in
            state.isBeginning = false
            guard case .committed(_, let applied) = outcome, applied.isOfOpenSession else { return }
            state.sessions.append(OpenSession(id: id, lastUse: now))
        }
    }

    /// Notes that the command at a place is sent once more.
    func noteRepetition(_ place: TreeCommand.Session) {
        state.withLock { state in
            guard let index = state.sessions.firstIndex(where: { $0.id == place.id }) else {
                return
            }
            state.sessions[index].noteRepetition(place.sequence)
        }
    }

    /// Takes a place back once its command is answered.
    ///
    /// - Returns: Whether the command was certainly not applied, because its session has expired.
    func giveBack(
        _ place: TreeCommand.Session, _ outcome: ProposalOutcome<CommandOutcome>
    ) -> Bool {
        state.withLock { state in
            guard let index = state.sessions.firstIndex(where: { $0.id == place.id }) else {
                preconditionFailure("a place is given back to the session it was taken from")
            }
            let wasRepeated = state.sessions[index].giveBack(place.sequence)
            let isExpired = outcome.isOfExpiredSession
            if isExpired { state.sessions[index].close() }
            if state.sessions[index].isClosed, !state.sessions[index].isInUse {
                state.sessions.remove(at: index)
            }
            return isExpired && !wasRepeated
        }
    }
}

/// Whether a store has other members: told by the driver, asked by each writer.
final class StoreCompany: Sendable {
    private let flag = Atomic<Bool>(false)

    var isThere: Bool { flag.load(ordering: .relaxed) }

    /// Notes who the members are.
    func note(_ configuration: Configuration, besides member: MemberID) {
        flag.store(
            configuration.allMembers.contains { $0 != member }, ordering: .relaxed)
    }
}

/// A session whose first command is applied, with its places from the lowest unanswered one on.
struct OpenSession {
    private enum Place {
        case free
        case taken
        /// The command was sent more than once.
        case repeated
    }

    let id: SessionID
    private var lastUse: Instant
    /// The sequences from here up to ``nextSequence`` are taken, or answered behind one that is.
    private var lowestUnanswered: UInt64 = 2
    private var nextSequence: UInt64 = 2
    private(set) var isClosed = false
    /// The place of a sequence is its rest modulo the size.
    private var places = [Place](repeating: .free, count: TreeLimits.unansweredCommandsMaximum)

    init(id: SessionID, lastUse: Instant) {
        self.id = id
        self.lastUse = lastUse
    }

    /// Whether a command waits for its answer.
    var isInUse: Bool { lowestUnanswered < nextSequence }

    /// Whether the state machine keeps the outcome of one command more.
    var hasRoom: Bool {
        !isClosed && nextSequence - lowestUnanswered < UInt64(places.count)
    }

    func isIdle(at now: Instant) -> Bool {
        !isInUse && now >= lastUse.advanced(by: CommandSessions.idleMaximum)
    }

    mutating func takePlace(at now: Instant) -> TreeCommand.Session {
        precondition(hasRoom, "a session takes as many commands as it has places")
        let sequence = nextSequence
        places[place(of: sequence)] = .taken
        nextSequence += 1
        lastUse = now
        return TreeCommand.Session(
            id: id, sequence: sequence, lowestUnanswered: lowestUnanswered)
    }

    mutating func noteRepetition(_ sequence: UInt64) {
        precondition(places[place(of: sequence)] != .free, "an open command has a place")
        places[place(of: sequence)] = .repeated
    }

    /// Frees a place; returns whether its command was sent more than once.
    mutating func giveBack(_ sequence: UInt64) -> Bool {
        let wasRepeated = places[place(of: sequence)] == .repeated
        precondition(places[place(of: sequence)] != .free, "a place is given back once")
        places[place(of: sequence)] = .free
        while isInUse, places[place(of: lowestUnanswered)] == .free { lowestUnanswered += 1 }
        return wasRepeated
    }

    /// Takes no more commands.
    mutating func close() { isClosed = true }

    private func place(of sequence: UInt64) -> Int {
        Int(sequence % UInt64(places.count))
    }
}

extension ProposalOutcome<CommandOutcome> {
    fileprivate var isOfExpiredSession: Bool {
        guard case .committed(_, let applied) = self, case .error(let error) = applied.result
        else { return false }
        return error.code == .sessionExpired
    }
}

extension CommandOutcome {
    /// Whether the first command of a session made it, now or before.
    fileprivate var isOfOpenSession: Bool {
        if case .error = result { hasLostNodes } else { true }
    }
}
