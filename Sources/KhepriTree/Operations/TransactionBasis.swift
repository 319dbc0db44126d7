/// What must hold when a transaction is applied; otherwise nothing changes, and the result is a conflict.
package enum TransactionBasis: Hashable, Sendable {
    /// Nothing that it read changed since.
    case reads(ReadSet)
    /// It was made for its very place in the log, by the leader of this term.
    ///
    /// An entry of a term follows just the entries that were in its leader's log (Raft §5.3, log
    /// matching), so what such a transaction read is what is there.
    case term(UInt64)
}

/// What a transaction read of one revision.
package struct ReadSet: Hashable, Sendable {
    /// What was read of a node.
    package struct Aspects: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// That it exists, or of a missing node that it does not; alone in the second case.
        package static let presence = Aspects(rawValue: 1)
        /// The payload, and the properties that change with it.
        package static let payload = Aspects(rawValue: 2)
        /// The child list, and the properties that change with it.
        package static let children = Aspects(rawValue: 4)
        /// That there is no node.
        package static let absence: Aspects = []
        static let all: Aspects = [.presence, .payload, .children]
    }

    /// The tree it read.
    package let revision: Revision
    /// The nodes it looked at.
    package private(set) var nodes: [TreePath: Aspects] = [:]
    /// The patterns whose matches it looked at, each once.
    package private(set) var patterns: [TreePattern] = []

    /// Nothing was read yet.
    package init(at revision: Revision) {
        self.revision = revision
    }

    /// How much it holds.
    package var count: Int { nodes.count + patterns.count }

    /// Notes a look at a node, or at its absence.
    package mutating func add(_ path: TreePath, _ aspects: Aspects) {
        nodes[path, default: []].formUnion(aspects)
    }

    /// Notes a look at all nodes that match a pattern.
    package mutating func add(_ pattern: TreePattern) {
        if let path = pattern.exactPath { return add(path, .all) }
        if !patterns.contains(pattern) { patterns.append(pattern) }
    }
}
