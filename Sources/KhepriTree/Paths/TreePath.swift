/// The place of a node: its component names from the root down; the root's path is empty.
///
/// The text form is `/stock/wood/oak`. A name that has `/`, `*`, `%` in it, or is `.` or `..`, is
/// written with percent escapes (`%2F`, `%2A`, `%25`, `%2E`, `%2E%2E`); `.` and `..` themselves are
/// resolved when the text is read and never go above the root. One `/` at the end is ignored.
///
/// ```swift
/// let oak: TreePath = "/stock/wood/oak"         // a literal; traps when malformed
/// let stock = try TreePath(commandLineArgument) // a text of run time; throws when malformed
/// let user: TreePath = "/users/\(name)"         // `name` is one component, whatever is in it
/// let mail: TreePath = "\(user)/mail"           // a path inside a path is several
/// ```
///
/// Paths are ordered component by component, by bytes, so a node comes right before its descendants.
public struct TreePath: Hashable, Sendable {
    /// The names from the root down, at most 64.
    public package(set) var components: [PathComponent]

    /// The path of the root.
    public static let root = TreePath(components: [])

    /// Joins components.
    ///
    /// - Precondition: There are at most 64; not checked.
    package init(components: [PathComponent]) {
        self.components = components
    }

    /// Joins names.
    ///
    /// - Throws: ``PathError`` when there are more than 64.
    public init(_ names: some Sequence<PathComponent>) throws {
        components = Array(names)
        try Self.checkCount(components.count, position: nil)
    }

    /// Refuses more components than a path has.
    static func checkCount(_ count: Int, position: Int?) throws {
        guard count <= TreeLimits.pathComponentsMaximum else {
            throw PathError(
                .tooManyComponents,
                "expected at most \(TreeLimits.pathComponentsMaximum) components, found more",
                position: position)
        }
    }
}

extension TreePath {
    /// Whether this is the path of the root.
    public var isRoot: Bool { components.isEmpty }

    /// The number of components; 0 for the root.
    public var depth: Int { components.count }

    /// The last name, nil for the root.
    public var name: PathComponent? { components.last }

    /// The path one level up, nil for the root.
    public var parent: TreePath? {
        isRoot ? nil : TreePath(components: Array(components.dropLast()))
    }

    /// The path of a child.
    ///
    /// - Precondition: This path has fewer than 64 components.
    public func child(_ name: PathComponent) -> TreePath {
        precondition(
            depth < TreeLimits.pathComponentsMaximum, "a path has at most 64 components")
        var components = components
        components.append(name)
        return TreePath(components: components)
    }

    /// The path that leads on from this one by another one.
    ///
    /// - Precondition: Together they have at most 64 components.
    public func appending(_ path: TreePath) -> TreePath {
        precondition(
            depth + path.depth <= TreeLimits.pathComponentsMaximum,
            "a path has at most 64 components")
        return TreePath(components: components + path.components)
    }

    /// Whether `other` is this node or one below it.
    public func isPrefix(of other: TreePath) -> Bool {
        other.components.starts(with: components)
    }
}

extension TreePath: Comparable {
    /// Whether the left path comes first, component by component, by bytes.
    public static func < (lhs: TreePath, rhs: TreePath) -> Bool {
        lhs.components.lexicographicallyPrecedes(rhs.components)
    }
}
