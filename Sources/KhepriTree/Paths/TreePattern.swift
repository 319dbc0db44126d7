/// A path whose components are conditions; it matches any number of nodes.
///
/// In the text form `*` is any one level, `**` one or more levels, and a component with `*` inside,
/// like `oak-*`, a glob; the rest is as in ``TreePath``. Other conditions are added in code:
///
/// ```swift
/// let everything: TreePattern = "/stock/**"
/// let loaded = TreePattern("/stock").child(where: .hasPayload(true))
/// ```
public struct TreePattern: Hashable, Sendable {
    /// One condition a level, at most 64.
    public package(set) var components: [NodeCondition]

    /// Joins components.
    ///
    /// - Precondition: There are at most 64; not checked.
    package init(components: [NodeCondition]) {
        self.components = components
    }

    /// Joins conditions, one a level.
    ///
    /// - Throws: ``PathError`` when there are more than 64.
    public init(_ conditions: some Sequence<NodeCondition>) throws {
        components = Array(conditions)
        try TreePath.checkCount(components.count, position: nil)
    }

    /// The pattern that matches the node at a path and no other.
    public init(_ path: TreePath) {
        components = path.components.map { .named($0) }
    }

    /// The pattern of the root.
    public static let root = TreePattern(components: [])
}

extension TreePattern {
    /// The only path this pattern can match, when every component is a name; nil otherwise.
    public var exactPath: TreePath? {
        var names: [PathComponent] = []
        names.reserveCapacity(components.count)
        for component in components {
            guard case .named(let name) = component else { return nil }
            names.append(name)
        }
        return TreePath(components: names)
    }

    /// The pattern of the children that meet a condition.
    ///
    /// - Precondition: This pattern has fewer than 64 components.
    public func child(where condition: NodeCondition) -> TreePattern {
        appending(TreePattern(components: [condition]))
    }

    /// The pattern of the children of this name.
    ///
    /// - Precondition: This pattern has fewer than 64 components.
    public func child(_ name: PathComponent) -> TreePattern {
        child(where: .named(name))
    }

    /// The pattern that leads on from what this one matches by another one.
    ///
    /// - Precondition: Together they have at most 64 components.
    public func appending(_ pattern: TreePattern) -> TreePattern {
        precondition(
            components.count + pattern.components.count <= TreeLimits.pathComponentsMaximum,
            "a pattern has at most 64 components")
        return TreePattern(components: components + pattern.components)
    }
}
