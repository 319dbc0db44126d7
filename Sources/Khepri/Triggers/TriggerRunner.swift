import RaftCore
import RaftRuntime

/// Runs the triggers of a store whenever this member leads.
struct TriggerRunner: Sendable {
    let engine: StoreEngine

    /// Returns when the store is closed or the task is cancelled.
    ///
    /// - Throws: ``StoreError`` of a store that has failed.
    func run() async throws {
        let (signals, ends) = AsyncStream.makeStream(of: (any Error)?.self)
        let events = engine.events.stream()
        let failure = await withDiscardingTaskGroup { group -> (any Error)? in
            group.addTask {
                for await _ in events { ends.yield(nil) }
                ends.finish()
            }
            var last = takeTurn(after: nil, &group, ends)
            for await failure in signals {
                if let failure {
                    group.cancelAll()
                    return failure
                }
                last = takeTurn(after: last, &group, ends)
            }
            group.cancelAll()
            return nil
        }
        if let failure { throw failure }
    }

    /// Begins to run the triggers, if this member leads in another term than the last one.
    private func takeTurn(
        after last: Term?, _ group: inout DiscardingTaskGroup,
        _ ends: AsyncStream<(any Error)?>.Continuation
    ) -> Term? {
        let status = engine.group.status
        guard status.role == .leader, status.term != last else { return last }
        group.addTask {
            do {
                try await lead(in: status.term)
            } catch {
                ends.yield(error)
            }
        }
        return status.term
    }

    /// Runs the triggers until this member leads no more in a term.
    private func lead(in term: Term) async throws {
        let news = engine.events.stream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                guard engine.leads(in: term) else { return }
                for await _ in news where !engine.leads(in: term) { return }
            }
            group.addTask { try await runSessions(in: term) }
            try await group.next()
            group.cancelAll()
            // A cancelled session ends with an error that says so.
            while let result = await group.nextResult() { _ = result }
        }
        try await outlive(term)
    }

    /// Says that this process outlived its turn, as soon as that is possible.
    private func outlive(_ term: Term) async throws {
        while !Task.isCancelled {
            do {
                return try await TriggerLedger(engine: engine).outlive(term)
            } catch {
                guard try await passes(error) else { return }
            }
        }
    }

    /// Runs sessions one after another, until there is nothing more to come.
    private func runSessions(in term: Term) async throws {
        while !Task.isCancelled, engine.leads(in: term) {
            do {
                try await TriggerSession(engine: engine, term: term).run()
            } catch {
                guard try await passes(error) else { return }
            }
        }
    }

    /// Lets time pass after an error that passes; false if nothing more is to be done.
    private func passes(_ error: any Error) async throws -> Bool {
        if error is TriggerLedger.TurnOver { return false }
        guard let error = error as? StoreError else { throw error }
        switch error.code {
        case .closed, .cancelled: return false
        case .timeout, .noQuorum, .notLeader, .overloaded, .conflict, .storageFull,
            .appliedElsewhere, .resultUnavailable, .sessionExpired:
            await engine.pause(TriggerSchedule.acknowledgementPause)
            return true
        default: throw error
        }
    }
}

extension StoreEngine {
    /// Whether this member leads in a term, as of the last round of its driver.
    func leads(in term: Term) -> Bool {
        let status = group.status
        return status.role == .leader && status.term == term
    }

    /// Lets time pass, on the clock of the host.
    func pause(_ duration: Duration) async {
        // Nothing is ever applied there, so the time passes.
        _ = await group.waitForApplied(LogIndex(.max), timeout: duration)
    }
}
