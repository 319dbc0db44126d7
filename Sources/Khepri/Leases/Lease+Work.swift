extension Lease {
    /// Runs a body for as long as the lease lives: its task is cancelled when the lease ends.
    ///
    /// ```swift
    /// try await lease.whileAlive { try await pollTheMachine() }
    /// ```
    /// It returns when the body has, so a body must heed its cancellation: after the end of the lease another
    /// owner may be at work, and two are worse than none.
    /// - Parameter body: What is done.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; ``StoreError`` `.leaseEnded` when the lease ended before it returned.
    public func whileAlive<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Step<Result>.self) { group in
            group.addTask { .result(try await body()) }
            group.addTask { [self] in
                await ended()
                return .ended
            }
            defer { group.cancelAll() }
            while let step = try await group.next() {
                if case .result(let result) = step { return result }
                // A task that was cancelled hears of that in its body.
                guard !isAlive else { continue }
                group.cancelAll()
                _ = await group.nextResult()
                throw Self.endedError
            }
            preconditionFailure("a body returns or throws")
        }
    }

    private enum Step<Result: Sendable>: Sendable {
        case result(Result)
        case ended
    }

    /// What is thrown when a lease has ended.
    static var endedError: StoreError {
        StoreError(.leaseEnded, "the lease has ended: its nodes are gone, or soon will be")
    }
}
