/// A path whose components are conditions; it matches any number of nodes.
public struct TreePattern: Hashable, Sendable {
    /// One condition a level, at most 64.
    public var components: [NodeCondition]

    /// Joins components.
    package init(components: [NodeCondition]) {
        self.components = components
    }
}
