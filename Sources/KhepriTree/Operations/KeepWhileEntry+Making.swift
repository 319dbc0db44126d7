extension KeepWhileEntry {
    /// The node lives while the node at the path meets the condition.
    ///
    /// Where there is no such node, only `.absent` is met.
    public static func path(_ path: TreePath, _ condition: NodeCondition) -> KeepWhileEntry {
        KeepWhileEntry(.absolute(TreePattern(path)), condition)
    }

    /// The node lives while every node that matches the pattern meets the condition.
    ///
    /// Where nothing matches, only `.absent` is met.
    public static func pattern(
        _ pattern: TreePattern, _ condition: NodeCondition
    ) -> KeepWhileEntry {
        KeepWhileEntry(.absolute(pattern), condition)
    }

    /// The node lives while it meets the condition itself; tested when the node changes.
    public static func itself(_ condition: NodeCondition) -> KeepWhileEntry {
        KeepWhileEntry(.relative(up: 0, .root), condition)
    }

    /// The node lives while a lease does.
    package static func lease(_ id: SessionID) -> KeepWhileEntry {
        KeepWhileEntry(.lease(id), .exists(true))
    }

    /// The node lives while its parent meets the condition.
    public static func parent(_ condition: NodeCondition) -> KeepWhileEntry {
        KeepWhileEntry(.relative(up: 1, .root), condition)
    }
}
