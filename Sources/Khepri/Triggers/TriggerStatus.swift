public import KhepriTree

/// How a trigger stands, as this member's tree says.
public struct TriggerStatus: Sendable, Hashable {
    /// Names the trigger.
    public let name: String
    /// Which nodes, as text.
    public let pattern: String
    /// Which changes, sorted.
    public let kinds: [String]
    /// Of the triggers of one command, those of a higher priority are called first.
    public let priority: Int
    /// Everything up to this revision is handled or parked.
    public let handledRevision: Revision
    /// How many changes wait for it; nil when the history of this member does not reach back that far, or
    /// the pattern has conditions that its text does not say.
    public let lag: Int?
    /// What was put aside, in order.
    public let parked: [ParkedChange]

    /// A change that was put aside because its handler failed too often.
    public struct ParkedChange: Sendable, Hashable, Identifiable {
        /// Names it among those of its trigger.
        public let id: String
        /// The node that changed; nil for changes that were missed.
        public let path: TreePath?
        /// What happened to the node; nil for changes that were missed.
        public let kind: TreeChange.Kind?
        /// The revision of the change.
        public let revision: Revision
        /// How often the handler failed.
        public let failureCount: Int
        /// Why it failed last.
        public let failure: String
        /// Whether it is going to be tried again.
        public let isDue: Bool
    }
}

extension TriggerLedger {
    /// How all triggers stand, by name.
    func statuses() throws -> [TriggerStatus] {
        let view = engine.published.view
        let nodes = try view.nodes(
            matching: TreePattern(TriggerPaths.root).child(where: .anyName),
            as: TriggerRecord.self)
        return try nodes.compactMap { node in
            guard let name = TriggerPaths.parts(of: node.path)?.name, let record = node.value
            else { return nil }
            return TriggerStatus(
                name: name, pattern: record.pattern, kinds: record.kinds,
                priority: record.priority, handledRevision: Revision(record.handled),
                lag: lag(of: record),
                parked: try Self.parked(name, in: view).map { TriggerStatus.ParkedChange($0, $1) })
        }
    }

    /// How many changes wait for a trigger.
    private func lag(of record: TriggerRecord) -> Int? {
        guard record.history == history, let pattern = try? TreePattern(record.pattern),
            let known = engine.machine.watches.changes(after: Revision(record.handled))
        else { return nil }
        let walk = PatternWalk(pattern)
        let reserved = TriggerPaths.reserved.components
        return known.changes.count { change in
            record.kinds.contains(TreeChange(change, isLast: false).kind.rawValue)
                && !change.path.components.starts(with: reserved) && change.matches(walk)
        }
    }
}

extension TriggerStatus.ParkedChange {
    fileprivate init(_ id: TriggerEvent.ID, _ record: ParkedRecord) {
        self.id = id.description
        revision = id.revision
        failureCount = record.failures
        failure = record.failure
        isDue = record.isDue
        if case .change(let change)? = record.subject {
            (path, kind) = (change.path, change.kind)
        } else {
            (path, kind) = (nil, nil)
        }
    }
}
