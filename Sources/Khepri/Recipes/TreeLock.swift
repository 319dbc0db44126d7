public import KhepriTree

/// A lock that one task of all members holds at a time: first come, first served.
///
/// ```swift
/// let lock = TreeLock(store, at: "/locks/invoices")
/// try await lock.withLock(lease: lease) { hold in
///     try await printer.print(invoice, token: hold.token)
/// }
/// ```
/// Whoever waits has a child of the lock's node, kept by his lease, and the first child holds the lock. A
/// holder whose lease ends stops believing in the lock before the next one gets it.
///
/// No lock can promise that nothing of a former holder happens later: his last message may be on its way,
/// and his task may be paused between looking and acting. ``Hold/token`` is for that. Each holder's is
/// greater than those of all before, and what the lock protects refuses any that is less than the
/// greatest it has seen.
///
/// It is not recursive: who holds it and waits for it waits for himself.
public struct TreeLock: Sendable {
    private let line: WaitingLine

    /// A lock at a node, which is there while somebody holds or wants it.
    ///
    /// - Parameters:
    ///   - store: Where the lock is, on any member.
    ///   - path: The node; nothing else may be below it.
    public init(_ store: TreeStore, at path: TreePath) {
        line = WaitingLine(store: store, path: path)
    }

    /// The lock in the hands of its holder.
    public struct Hold: Sendable {
        fileprivate let line: WaitingLine
        fileprivate let place: WaitingLine.Place

        /// The revision at which the holder came: greater than that of every holder before.
        public var token: Revision { place.token }

        /// The holder's node: what reads it in a transaction is not applied once the lock is another's.
        public var path: TreePath { place.path }

        /// Whether it is certain that nobody else has the lock at this very moment.
        public var isHeld: Bool { line.holds(place) }

        /// Gives the lock to the next in line.
        ///
        /// - Parameter timeout: How long it may take, the store's default if nil.
        /// - Throws: ``StoreError``, as a deletion does; the end of the lease gives the lock up, too.
        public func release(timeout: Duration? = nil) async throws {
            try await line.leave(place, timeout: timeout)
        }
    }

    /// Waits for the lock.
    ///
    /// Costs one write, and one for the release; each waiter looks at the line when the one before him
    /// has left.
    /// - Parameters:
    ///   - lease: Whose end gives up the lock; of the same store. One may serve any number of locks.
    ///   - timeout: How long it may take to get in line, the store's default if nil. The turn is waited for
    ///     until it comes or the task is cancelled.
    /// - Returns: The lock, to be released.
    /// - Throws: ``StoreError`` `.leaseEnded`, and all that a write throws; `CancellationError`. The place
    ///   in line is left then.
    public func acquire(lease: Lease, timeout: Duration? = nil) async throws -> Hold {
        let place = try await line.join(lease, timeout: timeout) {
            try .putWithoutPayload(at: $0, if: .absent, keepWhile: $1)
        }
        try await line.wait(for: place)
        return Hold(line: line, place: place)
    }

    /// Runs a body with the lock, and releases it.
    ///
    /// The body's task is cancelled when the lease ends; it must not go on then.
    /// - Parameters:
    ///   - lease: As for ``acquire(lease:timeout:)``.
    ///   - timeout: As for ``acquire(lease:timeout:)``.
    ///   - body: What is done with the lock.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; ``StoreError`` `.leaseEnded` when the lease ended meanwhile, and all
    ///   that ``acquire(lease:timeout:)`` and ``Hold/release(timeout:)`` throw.
    public func withLock<Result: Sendable>(
        lease: Lease, timeout: Duration? = nil,
        _ body: @escaping @Sendable (Hold) async throws -> Result
    ) async throws -> Result {
        let hold = try await acquire(lease: lease, timeout: timeout)
        return try await line.runTurn(of: hold.place, timeout: timeout) { try await body(hold) }
    }
}
