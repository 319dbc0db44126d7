public import KhepriTree

/// Which of several candidates does a job, and who it is now.
///
/// ```swift
/// let election = TreeElection(store, at: "/scheduler")
/// try await election.whileLeading(as: "10.0.0.7", lease: lease) { leadership in
///     try await runScheduler(token: leadership.token)
/// }
/// ```
/// Candidates stand in line as for a ``TreeLock``, and the same holds: a leader stops believing in his
/// leadership before the next one leads, and ``Leadership/token`` fences off what he left on its way.
public struct TreeElection: Sendable {
    private let line: WaitingLine

    /// An election at a node, which is there while there are candidates.
    ///
    /// - Parameters:
    ///   - store: Where the election is, on any member.
    ///   - path: The node; nothing else may be below it.
    public init(_ store: TreeStore, at path: TreePath) {
        line = WaitingLine(store: store, path: path)
    }

    /// The leadership, as the leader himself knows it.
    public struct Leadership: Sendable {
        fileprivate let line: WaitingLine
        fileprivate let place: WaitingLine.Place

        /// The revision at which the leader became a candidate: greater than that of every leader before.
        public var token: Revision { place.token }

        /// The leader's node: what reads it in a transaction is not applied once another leads.
        public var path: TreePath { place.path }

        /// Whether it is certain that nobody else leads at this very moment.
        public var isLeading: Bool { line.holds(place) }

        /// Lets the next candidate lead.
        ///
        /// - Parameter timeout: How long it may take, the store's default if nil.
        /// - Throws: ``StoreError``, as a deletion does; the end of the lease ends the leadership, too.
        public func resign(timeout: Duration? = nil) async throws {
            try await line.leave(place, timeout: timeout)
        }
    }

    /// Stands as a candidate until elected.
    ///
    /// - Parameters:
    ///   - value: What others see of this candidate when he leads, such as an address.
    ///   - lease: Whose end ends candidacy and leadership; of the same store.
    ///   - timeout: How long it may take to become a candidate, the store's default if nil. The election is
    ///     waited for until it comes or the task is cancelled.
    /// - Returns: The leadership, to be resigned.
    /// - Throws: ``StoreError`` `.leaseEnded`, `.valueCoding`, and all that a write throws;
    ///   `CancellationError`. The candidacy is over then.
    public func campaign<Value: Encodable & Sendable>(
        as value: Value, lease: Lease, timeout: Duration? = nil
    ) async throws -> Leadership {
        let limit = line.store.valueBytesMaximum
        let place = try await line.join(lease, timeout: timeout) {
            try .put(value, at: $0, if: .absent, keepWhile: $1, limit: limit)
        }
        try await line.wait(for: place)
        return Leadership(line: line, place: place)
    }

    /// Waits until elected, runs a body as the leader, and resigns.
    ///
    /// The body's task is cancelled when the lease ends; it must not go on then.
    /// - Parameters:
    ///   - value: As for ``campaign(as:lease:timeout:)``.
    ///   - lease: As for ``campaign(as:lease:timeout:)``.
    ///   - timeout: As for ``campaign(as:lease:timeout:)``.
    ///   - body: What the leader does.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; ``StoreError`` `.leaseEnded` when the lease ended meanwhile, and all
    ///   that ``campaign(as:lease:timeout:)`` and ``Leadership/resign(timeout:)`` throw.
    public func whileLeading<Value: Encodable & Sendable, Result: Sendable>(
        as value: Value, lease: Lease, timeout: Duration? = nil,
        _ body: @escaping @Sendable (Leadership) async throws -> Result
    ) async throws -> Result {
        let leadership = try await campaign(as: value, lease: lease, timeout: timeout)
        return try await line.runTurn(of: leadership.place, timeout: timeout) {
            try await body(leadership)
        }
    }
}

// For those who are not candidates.
extension TreeElection {
    /// Who leads, as this member knows.
    public struct Leader<Value: Sendable>: Sendable {
        /// What he campaigned as.
        public let value: Value
        /// Greater than that of every leader before; work that comes with a lesser one is a former leader's.
        public let token: Revision
    }

    /// Who leads now, as this member knows: nil while nobody does.
    ///
    /// - Parameter type: What to decode.
    /// - Throws: ``StoreError`` `.valueCoding`.
    public func leader<Value: Decodable & Sendable>(
        as type: Value.Type = Value.self
    ) throws -> Leader<Value>? {
        let tree = line.store.view.tree
        guard let first = line.first(in: tree),
            let value = try tree.value(at: first.path, as: type)
        else { return nil }
        return Leader(value: value, token: first.token)
    }

    /// Who leads, now and whenever that has changed.
    ///
    /// A slow reader gets the last of several leaders, never one from before the last he saw.
    /// - Parameter type: What to decode.
    public func leaders<Value: Decodable & Sendable>(
        as type: Value.Type = Value.self
    ) -> Leaders<Value> {
        Leaders(election: self, signal: ChangeSignal(line.store.engine, line.pattern))
    }

    /// The leaders, one after the other: the present one first, nil while nobody leads.
    ///
    /// See ``TreeElection/leaders(as:)``. It has one reader.
    public struct Leaders<Value: Decodable & Sendable>: AsyncSequence, Sendable {
        /// The leader, nil for nobody.
        public typealias Element = Leader<Value>?

        fileprivate let election: TreeElection
        fileprivate let signal: ChangeSignal

        /// Reads the leaders.
        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let leaders: Leaders
            /// The token that was seen last; nil inside for nobody.
            private var seen: Revision??

            fileprivate init(_ leaders: Leaders) { self.leaders = leaders }

            /// Waits for a leader that was not seen.
            ///
            /// - Returns: nil when the store is closed or the task is cancelled.
            /// - Throws: ``StoreError`` `.valueCoding`, `.storageFailed`, `.newerFormat`.
            public mutating func next() async throws -> Leader<Value>?? {
                while true {
                    let leader = try leaders.election.leader(as: Value.self)
                    if seen != .some(leader?.token) {
                        seen = .some(leader?.token)
                        return .some(leader)
                    }
                    guard try await leaders.signal.wait() else { return nil }
                }
            }
        }

        /// A reader.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
    }
}
