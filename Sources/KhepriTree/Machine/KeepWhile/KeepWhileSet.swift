import CBOR

/// The keep-while conditions of one node: it lives while all of them hold.
///
/// Sets are immutable and may be shared by many nodes: relative paths are resolved against the node
/// that is asked for, so a set goes along unchanged when its node is copied.
package final class KeepWhileSet: Sendable {
    /// The conditions as they were given.
    package let entries: [KeepWhileEntry]
    /// A hash of the entries, for the state hash.
    let digest: UInt128
    /// The size of the entries as they stand in commands and snapshots.
    let byteCount: Int

    private init(entries: [KeepWhileEntry]) {
        self.entries = entries
        let bytes = Self.encode(entries)
        var hash = SipHash128()
        bytes.withUnsafeBytes { hash.append($0) }
        digest = hash.finish()
        byteCount = bytes.count
    }

    /// The entries as they stand in commands and snapshots.
    package static func encode(_ entries: [KeepWhileEntry]) -> [UInt8] {
        var writer = CBORWriter(capacity: 64)
        writer.writeArrayHeader(entries.count)
        // What came in a command is within the limits of commands.
        for entry in entries { try? entry.write(to: &writer) }
        return writer.finish()
    }

    /// The set of the nodes that a write creates on its way to a target: such a node goes as soon
    /// as it has neither child nor payload.
    package static let reclaimed = KeepWhileSet(entries: [
        KeepWhileEntry(
            .relative(up: 0, .root), .any([.number(.childCount, .gt, 0), .hasPayload(true)]))
    ])

    /// The set of these entries, nil when there are none.
    package static func of(_ entries: [KeepWhileEntry]) -> KeepWhileSet? {
        guard !entries.isEmpty else { return nil }
        return entries == reclaimed.entries ? reclaimed : KeepWhileSet(entries: entries)
    }
}

extension KeepWhileSet: Equatable {
    /// Whether the entries are the same, in the same order.
    package static func == (lhs: KeepWhileSet, rhs: KeepWhileSet) -> Bool {
        lhs === rhs || lhs.entries == rhs.entries
    }
}

/// What an entry watches, as seen from one node.
enum WatchedTarget: Hashable {
    /// The node that watches.
    case itself
    case node(TreePath)
    /// More than one node may match.
    case pattern(TreePattern)
    /// Longer than any path, so there never is such a node.
    case beyondDepth
    /// No node: the life of a lease.
    case lease(SessionID)
}

extension KeepWhileEntry {
    /// What the entry of the node at a path watches.
    func target(from watcher: TreePath) -> WatchedTarget {
        if case .relative(up: 0, .root) = watched { return .itself }
        if case .lease(let id) = watched { return .lease(id) }
        let pattern = TreePattern(components: components(from: watcher))
        guard pattern.components.count <= TreeLimits.pathComponentsMaximum else {
            return .beyondDepth
        }
        guard let path = pattern.exactPath else { return .pattern(pattern) }
        return path == watcher ? .itself : .node(path)
    }

    /// What the entry of the node at a path watches, from the root down, however long that is.
    private func components(from watcher: TreePath) -> [NodeCondition] {
        switch watched {
        case .absolute(let pattern):
            return pattern.components
        case .relative(let up, let pattern):
            let base = watcher.components.dropLast(min(max(up, 0), watcher.depth))
            return base.map { .named($0) } + pattern.components
        case .lease: return []
        }
    }

    /// Whether the entry is not tested when the node at a path is created: it is about the node or
    /// about something below it, and there is nothing yet.
    func isIgnored(onCreationOf watcher: TreePath) -> Bool {
        components(from: watcher).starts(with: watcher.conditions)
    }

    /// What an error says of the entry when it does not hold.
    func expectation(from watcher: TreePath) -> String {
        let place: String
        switch target(from: watcher) {
        case .lease: return "expected a lease that lives, found one that has ended or never was"
        case .itself: place = "the node itself"
        case .node(let path): place = path.description
        case .pattern(let pattern): place = pattern.description
        case .beyondDepth: place = "nodes deeper than any"
        }
        return "expected the keep-while condition on \(place) to hold, found that it does not"
    }

    /// Whether the entry holds where nothing matches.
    var isMetByAbsence: Bool { condition == .exists(false) }
}

extension TreePath {
    /// The names as conditions.
    var conditions: [NodeCondition] { components.map { .named($0) } }
}
