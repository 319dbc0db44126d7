/// One operation on a tree: the wire form of every read and write, alone or in a batch.
///
/// An operation is a value: it can be logged, sent, compared and printed. Its text form is a line of
/// `khepri-ops/1`, its binary form an item of CBOR.
public struct TreeOperation: Hashable, Sendable {
    /// What to do.
    public var kind: Kind
    /// The nodes it is for (the target of `copy` and `move`); the root for `transaction`, `dump`,
    /// `abort` and `abortIfError`, which have no path.
    public var path: TreePattern
    /// Which nodes, properties and consequences the result lists.
    public var options: Options

    package init(_ kind: Kind, at path: TreePattern = .root, options: Options = .init()) {
        self.kind = kind
        self.path = path
        self.options = options
    }

    /// The operations, with what belongs to each alone.
    ///
    /// Those with `Many` in their name, and `count`, take any pattern; the others one whose every
    /// component stands for one name. All writes apply as a whole or not at all.
    public enum Kind: Hashable, Sendable {
        /// Writes a node, and creates it and its ancestors where they are missing.
        case put(Write)
        /// As `put`, for every node the pattern matches.
        case putMany(Write)
        /// As `put`, when the node does not exist.
        case create(Write)
        /// As `put`, when the node exists.
        case update(Write)
        /// As `put`, when the node's payload matches.
        case compareAndSwap(expected: PayloadPattern, Write)
        /// Removes a node and all below it; nothing to remove is no error.
        case delete
        /// As `delete`, for every node the pattern matches.
        case deleteMany
        /// Removes the payload of a node; `keepWhile` is as in ``Write``. A missing node is no error.
        case clearPayload(keepWhile: [KeepWhileEntry]? = nil)
        /// As `clearPayload`, for every node the pattern matches.
        case clearManyPayloads(keepWhile: [KeepWhileEntry]? = nil)
        /// Lists a node.
        case get
        /// Lists every node the pattern matches.
        case getMany
        /// Tells whether a node exists.
        case exists
        /// Tells whether a node exists and has a payload.
        case hasPayload
        /// Counts the nodes the pattern matches.
        case count
        /// Copies a subtree to the path; `overwrite` permits that the target exists.
        case copy(from: TreePath, overwrite: Bool)
        /// Moves a subtree to the path; `overwrite` permits that the target exists.
        case move(from: TreePath, overwrite: Bool)
        /// Applies operations in order, later ones seeing earlier ones, at most 10,000 of them.
        case transaction(readOnly: Bool, [TreeOperation])
        /// Ends the transaction it is in: nothing changes, the result is the reason.
        case abort(reason: Payload)
        /// As `abort`, when the operation just before it ended in an error.
        case abortIfError(reason: Payload)
        /// Lists every node with payload, versions and child count.
        case dump
    }

    /// What a put, create, update or compare-and-swap writes.
    public struct Write: Hashable, Sendable {
        /// The payload, nil for a node without one.
        public var payload: Payload?
        /// The keep-while set that replaces the former one; nil leaves it, empty clears it.
        public var keepWhile: [KeepWhileEntry]?

        package init(payload: Payload?, keepWhile: [KeepWhileEntry]? = nil) {
            self.payload = payload
            self.keepWhile = keepWhile
        }
    }

    /// What the result lists.
    public struct Options: Hashable, Sendable {
        /// The properties of each node in the result.
        public var returning: NodePropertySet
        /// Whether a pattern that begins with a wildcard also means the root.
        public var includeRoot: Bool
        /// Whether nodes that keep-while conditions removed are listed.
        public var returnIndirectDeletes: Bool

        package init(
            returning: NodePropertySet = .standard,
            includeRoot: Bool = false,
            returnIndirectDeletes: Bool = true
        ) {
            self.returning = returning
            self.includeRoot = includeRoot
            self.returnIndirectDeletes = returnIndirectDeletes
        }
    }
}

extension [TreeOperation] {
    /// What counts against ``TreeLimits/transactionOperationsMaximum``: one `abortIfError` for each other
    /// operation comes free.
    var transactionCount: Int {
        let abortCount = count { if case .abortIfError = $0.kind { true } else { false } }
        return Swift.max(abortCount, count - abortCount)
    }
}

/// One condition of a keep-while set: the node lives while it holds.
public struct KeepWhileEntry: Hashable, Sendable {
    /// What is watched.
    public var watched: WatchedPath
    /// What must hold.
    public var condition: NodeCondition

    package init(_ watched: WatchedPath, _ condition: NodeCondition) {
        self.watched = watched
        self.condition = condition
    }

    /// A path or pattern, absolute or relative to the node that watches.
    public enum WatchedPath: Hashable, Sendable {
        /// From the root down.
        case absolute(TreePattern)
        /// Up so many levels from the node, at most 64 and never above the root, then down.
        case relative(up: Int, TreePattern)
        /// The life of a lease; the condition says nothing.
        case lease(SessionID)
    }
}
