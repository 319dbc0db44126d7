extension TreeStore {
    /// Runs reads and writes as one: what is written is based on what is there, and applied whole or not
    /// at all.
    ///
    /// ```swift
    /// let count = try await store.transaction { transaction in
    ///     let count = try transaction.get("/visitors", as: Int.self) ?? 0
    ///     try transaction.put(count + 1, at: "/visitors")
    ///     return count + 1
    /// }
    /// ```
    /// Transactions that write are as if they ran one after the other. The closure runs on a snapshot of
    /// this member, and again when something that it read was changed by others meanwhile; from the second
    /// time on the leader's process runs it on its own thread, where it cannot lose, so however many contend,
    /// each wins in its turn. It must therefore be quick, must not wait for anything, and should have no
    /// effects of its own.
    ///
    /// One that writes nothing, or throws, answers from the snapshot.
    /// - Parameters:
    ///   - consistency: How fresh the first snapshot must be.
    ///   - timeout: How long all of it may take, the store's default if nil.
    ///   - body: Reads and writes; what it throws ends the transaction without effect.
    /// - Returns: What `body` returned the time that was applied.
    /// - Throws: What `body` throws; ``StoreError`` of a write that fails; `.conflict` when what it read
    ///   changed each time within the timeout, which happens on members that do not lead;
    ///   `.transactionTooLarge`; and all that a single write throws.
    public func transaction<Result: Sendable>(
        consistency: ReadConsistency = .local,
        timeout: Duration? = nil,
        _ body: @escaping @Sendable (inout Transaction) throws -> Result
    ) async throws -> Result {
        try await engine.transact(body, consistency: consistency, timeout: timeout)
    }
}
