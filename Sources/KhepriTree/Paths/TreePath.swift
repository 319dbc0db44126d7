/// The place of a node: its component names from the root down; the root's path is empty.
public struct TreePath: Hashable, Sendable {
    /// The names from the root down, at most 64.
    public var components: [PathComponent]

    /// The path of the root.
    public static let root = TreePath(components: [])

    /// Joins components.
    package init(components: [PathComponent]) {
        self.components = components
    }
}
