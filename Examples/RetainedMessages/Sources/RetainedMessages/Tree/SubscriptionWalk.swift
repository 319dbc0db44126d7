import Khepri

/// The filters that match a topic, with the subscribers of each.
public struct SubscriptionMatches: Sendable {
    /// The subscribers by their filter.
    public internal(set) var subscribers: [TopicFilter: [PathComponent]] = [:]
    /// How many nodes were looked for to find them.
    public internal(set) var lookupCount = 0
}

/// The way of a topic through the tree of filters.
struct SubscriptionWalk {
    private let topic: Topic
    private let view: TreeView
    private var matches = SubscriptionMatches()

    init(of topic: Topic, in view: TreeView) {
        self.topic = topic
        self.view = view
    }

    /// Looks at what is below a node.
    mutating func run(from root: TreePath) throws -> SubscriptionMatches {
        var open = [root]
        for (index, level) in topic.levels.names.enumerated() {
            let hasWildcards = index > 0 || !topic.levels.isReserved
            let names = hasWildcards ? [level, TopicFilter.oneLevel] : [level]
            var next: [TreePath] = []
            for path in open {
                if hasWildcards { try collect(path, TopicFilter.allLevels, below: root) }
                next += names.map(path.child).filter { exists($0) }
            }
            open = next
        }
        for path in open {
            try collect(path, below: root)
            try collect(path, TopicFilter.allLevels, below: root)
        }
        return matches
    }

    private mutating func exists(_ path: TreePath) -> Bool {
        matches.lookupCount += 1
        return view.exists(path)
    }

    /// Takes the subscribers of a child, if there can be one: a filter has no more levels than a topic.
    private mutating func collect(
        _ path: TreePath, _ name: PathComponent, below root: TreePath
    ) throws {
        guard path.depth < TreeLimits.pathComponentsMaximum else { return }
        try collect(path.child(name), below: root)
    }

    private mutating func collect(_ path: TreePath, below root: TreePath) throws {
        matches.lookupCount += 1
        guard let subscribers = try view.get(path, as: [PathComponent].self) else { return }
        let filter = TopicFilter(names: path.components.dropFirst(root.depth))
        matches.subscribers[filter] = subscribers
    }
}
