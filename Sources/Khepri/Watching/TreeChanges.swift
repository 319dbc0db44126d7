/// The changes of the nodes that match a pattern, in the order of the log and without a gap.
///
/// See ``TreeStore/changes(matching:since:)``. It has one reader: a second loop goes on where the
/// first one ended.
public struct TreeChanges: AsyncSequence, Sendable {
    /// One change of one node.
    public typealias Element = TreeChange

    let subscription: ChangeSubscription

    /// Reads the changes.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let subscription: ChangeSubscription
        private var changes: ArraySlice<TreeChange> = []

        init(_ subscription: ChangeSubscription) { self.subscription = subscription }

        /// Waits for the next change.
        ///
        /// - Returns: nil when the store is closed or the task is cancelled.
        /// - Throws: ``StoreError`` `.compacted` if changes were missed, `.invalidOperation` for a pattern
        ///   that cannot be watched or a revision that is not there yet, `.noQuorum` or `.storageFull`
        ///   if it is not and that is why, `.storeNotFound`, `.storageFailed`, `.newerFormat`.
        public mutating func next() async throws -> TreeChange? {
            try await next(isolation: nil)
        }

        /// Waits for the next change, as ``next()``; loops call this.
        ///
        /// - Parameter actor: Where the loop runs.
        /// - Returns: nil when the store is closed or the task is cancelled.
        /// - Throws: ``StoreError`` as ``next()``.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws -> TreeChange? {
            while changes.isEmpty {
                guard let next = try await subscription.next() else { return nil }
                changes = next[...]
            }
            return takeFirst()
        }

        @inline(never)
        private mutating func takeFirst() -> TreeChange { changes.removeFirst() }
    }

    /// Waits until the first change can be told.
    ///
    /// - Throws: What reading would throw at once.
    package func begin() async throws { try await subscription.begin() }

    /// Waits for the next changes, of which there may be several.
    ///
    /// - Returns: nil when the store is closed or the task is cancelled; another task may read on then.
    package func next() async throws -> [TreeChange]? { try await subscription.next() }

    /// A reader.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription) }
}
