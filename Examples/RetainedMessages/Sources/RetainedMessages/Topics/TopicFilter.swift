import Khepri

/// Which topics a subscriber wants: `+` is any one level, `#` at the end its parent and all below it.
public struct TopicFilter: Hashable, Sendable {
    static let oneLevel: PathComponent = "+"
    static let allLevels: PathComponent = "#"

    /// Its levels as names of nodes; a wildcard is a name, too, because no level of a topic is like one.
    let levels: TopicLevels

    /// Reads a filter.
    ///
    /// - Parameter text: As that of a topic, with `+` as a whole level and `#` as the last one.
    /// - Throws: ``TopicError``.
    public init(_ text: String) throws {
        levels = try TopicLevels(text)
        for (index, name) in levels.names.enumerated() where name != Self.oneLevel {
            if name == Self.allLevels {
                guard index == levels.names.count - 1 else {
                    throw TopicError("expected # as the last level only, found levels behind it")
                }
            } else if name.withUTF8({ $0.contains { "+#".utf8.contains($0) } }) {
                throw TopicError("expected + and # as a whole level, found one inside of another")
            }
        }
    }

    /// The filter of a node.
    init(names: some Sequence<PathComponent>) {
        levels = TopicLevels(names: Array(names))
    }

    /// The text that gives this filter.
    public var text: String { levels.text }
}

extension TopicFilter: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}

// As patterns of the tree.
extension TopicFilter {
    /// Below the node of all topics, the nodes of the topics that the filter matches.
    ///
    /// `a/#` is two patterns: `/a` and `/a/**`. So is `#`: any first level that has no `$`, and all below.
    var patterns: [TreePattern] {
        get throws {
            var conditions: [NodeCondition] = levels.names.map {
                $0 == Self.oneLevel ? .anyName : .named($0)
            }
            let hasAllLevels = levels.names.last == Self.allLevels
            if hasAllLevels { conditions.removeLast() }
            if conditions.first == .anyName || conditions.isEmpty {
                conditions.replaceSubrange(..<min(1, conditions.count), with: [Self.unreserved])
            }
            let pattern = try TreePattern(conditions)
            return hasAllLevels ? [pattern, pattern.child(where: .anyPath)] : [pattern]
        }
    }

    /// Any name that does not begin with `$` (MQTT 3.1.1 §4.7.2).
    private static let unreserved: NodeCondition = {
        let reserved: TreePattern = "/$*"
        return .all([.anyName] + reserved.components.map { .not($0) })
    }()
}
