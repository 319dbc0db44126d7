import CBOR
import KhepriTree
import RaftCore
import RaftRuntime
import Synchronization

/// One open store: the way of its commands into the log, and of its readers to the applied tree.
final class StoreEngine: Sendable {
    let name: String
    let group: RaftGroup<StoreMachine>
    let machine: StoreMachine
    let configuration: StoreConfiguration
    /// What happens to this member.
    let events: ClusterEvents
    let clock: any MonotonicClock
    let contention = TransactionContention()
    let triggers = TriggerRegistry()
    /// What callers may call by name.
    let procedures = ProcedureTable()
    private let sessions: CommandSessions
    private let isEnded = Atomic<Bool>(false)
    /// Why the store has ended, once it has.
    private let ending = Lock<StoreError?>(nil)

    init(
        name: String, group: RaftGroup<StoreMachine>, machine: StoreMachine,
        configuration: StoreConfiguration, events: ClusterEvents, sessions: CommandSessions,
        clock: any MonotonicClock
    ) {
        self.clock = clock
        self.name = name
        self.group = group
        self.machine = machine
        self.configuration = configuration
        self.events = events
        self.sessions = sessions
    }

    /// The tree that readers see.
    var published: PublishedTree { machine.published }

    /// Puts a command into the log and waits until it is durable and applied.
    ///
    /// - Parameter answer: Makes what the caller wants of the outcome, before his task goes on.
    func submit<Answer: Sendable>(
        _ operation: TreeOperation, timeout: Duration?,
        answer: @escaping @Sendable (CommandOutcome) throws -> Answer
    ) async throws -> Answer {
        try await submit(.operation(operation, basis: nil), timeout: timeout, answer: answer)
    }

    /// The same for a command that may depend on what a transaction read.
    func submit<Answer: Sendable>(
        _ draft: CommandDraft, timeout: Duration?,
        answer: @escaping @Sendable (CommandOutcome) throws -> Answer
    ) async throws -> Answer {
        let timeout = timeout ?? configuration.timeout
        if case .operation(let operation, _) = draft { try check(operation) }
        if let step = sessions.next(),
            let place = try await takePlace(step, for: draft, timeout: timeout)
        {
            let answer = try await submit(draft, at: place, timeout: timeout, answer: answer)
            if let answer { return try answer.get() }
        }
        return try await group.propose(
            try content(of: draft, in: nil), traits: draft.traits, timeout: timeout
        ) { outcome in
            Self.answer(outcome, answer)
        }.get()
    }

    /// The same in a session; nil if that has expired and the command was not applied.
    private func submit<Answer: Sendable>(
        _ draft: CommandDraft, at place: TreeCommand.Session, timeout: Duration,
        answer: @escaping @Sendable (CommandOutcome) throws -> Answer
    ) async throws -> Result<Answer, any Error>? {
        let content = try content(of: draft, at: place)
        return await group.propose(
            content, traits: draft.traits.union(.isRepeatable), timeout: timeout,
            onRepetition: { [sessions] in sessions.noteRepetition(place) }
        ) { [sessions] outcome in
            sessions.giveBack(place, outcome) ? nil : Self.answer(outcome, answer)
        }
    }

    /// The place for a command in a session that may have to begin first; nil to go without.
    ///
    /// - Throws: ``StoreError`` if no session can begin, so that the command was not sent.
    private func takePlace(
        _ step: CommandSessions.Step, for draft: CommandDraft, timeout: Duration
    ) async throws -> TreeCommand.Session? {
        switch step {
        case .take(let place): return place
        case .begin(let id):
            let outcome = await group.propose(
                .bytes(try TreeCommand.beginning(id).encoded()),
                traits: draft.traits.union(.isRepeatable), timeout: timeout
            ) { [sessions] outcome in
                sessions.endBeginning(id, outcome)
                return outcome
            }
            switch outcome {
            case .committed: break
            case .unknown(.appliedElsewhere): throw StoreError(.timedOut, mayHaveBeenApplied: false)
            case .rejected(let failure), .unknown(let failure):
                throw StoreError(failure, mayHaveBeenApplied: false)
            }
            guard case .take(let place) = sessions.next() else { return nil }
            return place
        }
    }

    // Not `Result(catching:)`: in a generic function, release builds of Swift 6.3.1 hand its closure
    // a value that is not there.
    static func answer<Answer>(
        _ outcome: ProposalOutcome<CommandOutcome>, _ make: (CommandOutcome) throws -> Answer
    ) -> Result<Answer, any Error> {
        do {
            return .success(try make(CommandOutcome(outcome)))
        } catch {
            return .failure(error)
        }
    }

    /// Puts a command into the log without waiting; commands keep the order of these calls.
    ///
    /// So none is sent again after later ones, whatever became of its session.
    func start(_ operation: TreeOperation, timeout: Duration?) throws -> PendingWrite {
        try check(operation)
        let timeout = timeout ?? configuration.timeout
        let pending = PendingWrite()
        let draft = CommandDraft.operation(operation, basis: nil)
        switch sessions.next() {
        case .take(let place):
            group.propose(
                try content(of: draft, at: place), traits: draft.traits.union(.isRepeatable),
                timeout: timeout, onRepetition: { [sessions] in sessions.noteRepetition(place) }
            ) { [sessions] outcome in
                _ = sessions.giveBack(place, outcome)
                pending.complete(outcome)
            }
            return pending
        case .begin(let id):
            group.propose(
                .bytes(try TreeCommand.beginning(id).encoded()),
                traits: draft.traits.union(.isRepeatable), timeout: timeout
            ) { [sessions] in sessions.endBeginning(id, $0) }
        case nil: break
        }
        group.propose(
            try content(of: draft, in: nil), traits: draft.traits, timeout: timeout
        ) { pending.complete($0) }
        return pending
    }

    /// Ends whoever reads or waits for events or changes, when the store is closed, or with an error.
    func end(_ error: StoreError? = nil) {
        let reason = error ?? StoreError(.closed, "the store is closed")
        ending.withLock { $0 = $0 ?? reason }
        isEnded.store(true, ordering: .releasing)
        events.end()
        machine.watches.end(error)
        machine.heldLeases.close()
        triggers.clear()
        procedures.end(reason)
    }

    /// - Throws: ``StoreError`` once the store was closed or deleted.
    func checkIsOpen() throws {
        if isEnded.load(ordering: .acquiring), let ending = ending.withLock({ $0 }) {
            throw ending
        }
    }

    /// Waits until this member's tree is as fresh as asked.
    ///
    /// - Throws: ``StoreError``, also for a local read of a store that was closed or deleted.
    func catchUp(to consistency: ReadConsistency, timeout: Duration?) async throws {
        try checkIsOpen()
        try await waitUntilFresh(consistency, timeout: timeout)
    }

    /// The same, also for whoever reads on what the store had when it was closed.
    func waitUntilFresh(_ consistency: ReadConsistency, timeout: Duration?) async throws {
        let outcome: ReadOutcome
        let timeout = timeout ?? configuration.timeout
        switch consistency {
        case .local: return
        case .atLeast(let revision):
            outcome = await group.waitForApplied(LogIndex(revision.rawValue), timeout: timeout)
        case .linearizable:
            outcome = await group.linearize(timeout: timeout)
        }
        if case .failure(let failure) = outcome {
            throw StoreError(failure, mayHaveBeenApplied: false)
        }
    }

    /// - Throws: ``StoreError`` `.invalidOperation` for a value over the limit.
    private func check(_ operation: TreeOperation) throws {
        let limit = configuration.valueBytesMaximum
        guard operation.payloadBytesMaximum <= limit else {
            throw StoreError(
                .invalidOperation,
                "expected a value of at most \(limit) bytes, "
                    + "found \(operation.payloadBytesMaximum)",
                path: operation.path.exactPath)
        }
    }

    /// The command at a place of a session, which is given back if there is no such command.
    private func content(
        of draft: CommandDraft, at place: TreeCommand.Session
    ) throws -> CommandContent {
        do {
            return try content(of: draft, in: place)
        } catch {
            _ = sessions.giveBack(place, .rejected(.tooLarge))
            throw error
        }
    }

    private func content(
        of draft: CommandDraft, in session: TreeCommand.Session?
    ) throws -> CommandContent {
        switch draft {
        case .operation(let operation, let basis):
            return .bytes(
                try TreeCommand(operation, session: session, basis: basis).encoded())
        case .late(let transaction):
            return .late(expectedByteCount: CommandDraft.expectedByteCount) { [machine] place in
                machine.command(of: transaction, at: place, in: session)
            }
        }
    }
}

/// A command before it has a session.
enum CommandDraft: Sendable {
    case operation(TreeOperation, basis: TransactionBasis?)
    /// Of a transaction that the leader runs when its place in the log is known.
    case late(any LateTransaction)

    /// What a command that is not made yet counts for.
    static let expectedByteCount = 256

    /// What the driver may do with the command: one that frees space may be written on a full disk.
    var traits: CommandTraits {
        guard case .operation(let operation, _) = self else { return .none }
        switch operation.kind {
        case .delete, .deleteMany, .clearPayload, .clearManyPayloads: return .mayUseReserve
        default: return .none
        }
    }
}

extension TreeCommand {
    /// The first command of a session.
    fileprivate static func beginning(_ id: SessionID) -> TreeCommand {
        TreeCommand(
            TreeOperation(.exists, at: TreePattern(.root)),
            session: Session(id: id, sequence: 1, lowestUnanswered: 1))
    }

    /// - Throws: ``StoreError`` `.invalidOperation` for what is no command or over a limit.
    func encoded() throws -> [UInt8] {
        var writer = CBORWriter(capacity: 256)
        do {
            try encode(into: &writer)
        } catch let error as OperationError {
            throw StoreError(error)
        } catch let error as CommandError {
            throw StoreError(.invalidOperation, error.message, cause: error)
        }
        return writer.finish()
    }
}

/// A write that is under way.
package final class PendingWrite: Sendable {
    private enum State {
        case open
        case waited(UnsafeContinuation<ProposalOutcome<CommandOutcome>, Never>)
        case done(ProposalOutcome<CommandOutcome>)
    }

    private let state = Lock<State>(.open)

    /// Called once, by the driver.
    func complete(_ outcome: ProposalOutcome<CommandOutcome>) {
        let waiting = state.withLock { state -> UnsafeContinuation<_, Never>? in
            if case .waited(let continuation) = state { return continuation }
            state = .done(outcome)
            return nil
        }
        waiting?.resume(returning: outcome)
    }

    /// Whether the outcome is there.
    package var isDone: Bool {
        state.withLock { if case .done = $0 { true } else { false } }
    }

    /// Waits until the write is durable and applied; called once.
    ///
    /// - Throws: ``StoreError``.
    package func outcome() async throws -> CommandOutcome {
        let outcome = await withUnsafeContinuation { continuation in
            let known = state.withLock { state -> ProposalOutcome<CommandOutcome>? in
                if case .done(let outcome) = state { return outcome }
                state = .waited(continuation)
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
        return try CommandOutcome(outcome)
    }
}

extension CommandOutcome {
    /// What was applied, or the error that says why nothing was, or that nobody knows.
    init(_ outcome: ProposalOutcome<CommandOutcome>) throws {
        switch outcome {
        case .committed(_, let applied): self = applied
        case .rejected(let failure): throw StoreError(failure, mayHaveBeenApplied: false)
        case .unknown(let failure): throw StoreError(failure, mayHaveBeenApplied: true)
        }
    }
}
