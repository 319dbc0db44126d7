/// One operation on a tree: the wire form of every read and write, alone or in a batch.
public struct TreeOperation: Hashable, Sendable {
    /// What to do.
    public var kind: Kind
    /// The nodes it is for (the target of `copy` and `move`); the root for `transaction`, `dump`, `abort…`.
    public var path: TreePattern
    /// Which nodes, properties and consequences the result lists.
    public var options: Options

    package init(_ kind: Kind, at path: TreePattern, options: Options = .init()) {
        self.kind = kind
        self.path = path
        self.options = options
    }

    /// The operations, with what belongs to each alone.
    public indirect enum Kind: Hashable, Sendable {
        case put(Write), putMany(Write), create(Write), update(Write)
        case compareAndSwap(expected: PayloadPattern, Write)
        case delete, deleteMany, clearPayload, clearManyPayloads
        case get, getMany, exists, hasPayload, count
        case copy(from: TreePath, overwrite: Bool), move(from: TreePath, overwrite: Bool)
        case transaction(readOnly: Bool, [TreeOperation])
        /// Reasons are CBOR data items.
        case abort(reason: Payload), abortIfError(reason: Payload)
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
        case absolute(TreePattern)
        /// Go up so many levels from the node, then down.
        case relative(up: Int, TreePattern)
    }
}

/// The properties of a node that a result can list.
public struct NodePropertySet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    public static let payload = NodePropertySet(rawValue: 1 << 0)
    public static let payloadVersion = NodePropertySet(rawValue: 1 << 1)
    public static let childListVersion = NodePropertySet(rawValue: 1 << 2)
    public static let childCount = NodePropertySet(rawValue: 1 << 3)
    public static let childNames = NodePropertySet(rawValue: 1 << 4)
    public static let hasPayload = NodePropertySet(rawValue: 1 << 5)
    public static let deleteReason = NodePropertySet(rawValue: 1 << 6)
    public static let createdRevision = NodePropertySet(rawValue: 1 << 7)
    public static let modifiedRevision = NodePropertySet(rawValue: 1 << 8)
    public static let childrenRevision = NodePropertySet(rawValue: 1 << 9)

    /// What a result lists unless asked otherwise.
    public static let standard: NodePropertySet = [.payload, .payloadVersion, .deleteReason]
}
