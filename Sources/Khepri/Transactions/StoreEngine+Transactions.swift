import KhepriTree
import RaftCore
import RaftRuntime

// A transaction runs on a snapshot in its caller's task, and its command says what it read. One that lost is
// run by the leader, on the state after everything in the log, where it cannot lose: so all that contend win
// in the order in which they came, many with each flush. Members that do not lead try again until they win.
extension StoreEngine {
    /// Runs a transaction until it is applied, fails, or its time is over.
    func transact<Answer: Sendable>(
        _ body: @escaping @Sendable (inout Transaction) throws -> Answer,
        consistency: ReadConsistency, timeout: Duration?
    ) async throws -> Answer {
        let deadline = clock.now().advanced(by: timeout ?? configuration.timeout)
        let run = TransactionRun(body, valueBytesMaximum: configuration.valueBytesMaximum)
        try await catchUp(to: consistency, timeout: timeout)
        var mayRunLate = contention.isExpected
        while true {
            let timeLeft = deadline.nanoseconds(since: clock.now())
            let timeout = Duration.nanoseconds(Int64(clamping: timeLeft))
            if mayRunLate, group.status.role == .leader {
                if let answer = try await runLate(run, timeout: timeout) { return try answer.get() }
            } else if let answer = try await runHere(run, timeout: timeout) {
                return try answer.get()
            }
            mayRunLate = true
            guard timeLeft > 0 else { throw Self.lost }
        }
    }

    /// Runs a transaction on what is applied; nil if something that it read changed meanwhile.
    private func runHere<Answer>(
        _ run: TransactionRun<Answer>, timeout: Duration
    ) async throws -> Result<Answer, any Error>? {
        let view = published.view
        let outcome = run.run(on: view.tree, at: view.revision)
        guard !outcome.operations.isEmpty else { return outcome.answer }
        let applied = try await submit(
            .operation(try .writing(outcome.operations), basis: .reads(outcome.reads)),
            timeout: timeout
        ) { $0 }
        return try answer(applied, of: outcome)
    }

    /// Has a transaction run at its place in the log; nil if this member leads no more.
    private func runLate<Answer>(
        _ run: TransactionRun<Answer>, timeout: Duration
    ) async throws -> Result<Answer, any Error>? {
        do {
            let applied = try await submit(.late(run), timeout: timeout) { $0 }
            return try answer(applied, of: run.last)
        } catch let error as StoreError where error.code == .notLeader {
            guard !error.mayHaveBeenApplied else { throw error }
            return nil
        }
    }

    /// What the caller gets for a command that was applied; nil if it is to run again.
    private func answer<Answer>(
        _ applied: CommandOutcome, of outcome: TransactionRun<Answer>.Outcome
    ) throws -> Result<Answer, any Error>? {
        switch applied.result {
        case .error(let error) where error.code == .conflict:
            contention.noteConflict()
            return nil
        case .error(let error) where !applied.hasLostNodes: throw StoreError(error)
        case .aborted(let reason):
            throw try TreeOperation.abortion(reason, of: outcome.operations)
        case .results, .nodes, .boolean, .count, .ok, .error: return outcome.answer
        }
    }

    private static let lost = StoreError(
        .conflict, "what the transaction read changed each time it ran, within its timeout")
}
