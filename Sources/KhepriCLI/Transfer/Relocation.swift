import KhepriTree

/// Moves operations from below one node to below another one, with everything that they name.
struct Relocation {
    /// Where the operations say they are.
    let source: TreePath
    /// Where they shall be.
    let target: TreePath

    /// Whether nothing changes.
    var isIdentity: Bool { source == target }

    /// The operation in its other place.
    ///
    /// - Throws: ``OperationError`` for one that names anything outside the source, or whose meaning
    ///   would be another in the other place.
    func moved(_ operation: TreeOperation) throws -> TreeOperation {
        if isIdentity { return operation }
        guard !operation.options.includeRoot else {
            throw Self.refusal("expected no includeRoot in operations that are moved")
        }
        let depth = operation.path.components.count - source.depth
        var result = operation
        result.path = try moved(operation.path)
        switch operation.kind {
        case .put(let write): result.kind = .put(try moved(write, depth))
        case .putMany(let write): result.kind = .putMany(try moved(write, depth))
        case .create(let write): result.kind = .create(try moved(write, depth))
        case .update(let write): result.kind = .update(try moved(write, depth))
        case .compareAndSwap(let expected, let write):
            result.kind = .compareAndSwap(expected: expected, try moved(write, depth))
        case .clearPayload(let keepWhile):
            result.kind = .clearPayload(keepWhile: try moved(keepWhile, depth))
        case .clearManyPayloads(let keepWhile):
            result.kind = .clearManyPayloads(keepWhile: try moved(keepWhile, depth))
        case .copy(let other, let overwrite):
            result.kind = .copy(from: try moved(other), overwrite: overwrite)
        case .move(let other, let overwrite):
            result.kind = .move(from: try moved(other), overwrite: overwrite)
        default: break
        }
        return result
    }

    private func moved(
        _ write: TreeOperation.Write, _ depth: Int
    ) throws -> TreeOperation.Write {
        TreeOperation.Write(payload: write.payload, keepWhile: try moved(write.keepWhile, depth))
    }

    /// - Parameter depth: How far below the source the node is that watches.
    private func moved(
        _ keepWhile: [KeepWhileEntry]?, _ depth: Int
    ) throws -> [KeepWhileEntry]? {
        try keepWhile?.map { entry in
            switch entry.watched {
            case .absolute(let pattern):
                return KeepWhileEntry(.absolute(try moved(pattern)), entry.condition)
            case .relative(let up, _):
                guard up <= depth else {
                    throw Self.refusal(
                        "expected keep-while conditions on nodes at or below \(source)")
                }
                return entry
            case .lease: return entry
            }
        }
    }

    private func moved(_ path: TreePath) throws -> TreePath {
        guard path.components.starts(with: source.components) else {
            throw Self.refusal("expected nodes at or below \(source), found \(path)")
        }
        let rest = path.components.dropFirst(source.depth)
        try checkDepth(rest.count)
        return TreePath(components: target.components + rest)
    }

    private func moved(_ pattern: TreePattern) throws -> TreePattern {
        let names = TreePattern(source).components
        guard pattern.components.starts(with: names) else {
            throw Self.refusal("expected nodes at or below \(source), found \(pattern)")
        }
        let rest = pattern.components.dropFirst(names.count)
        try checkDepth(rest.count)
        var moved = TreePattern(target)
        for component in rest { moved = moved.child(where: component) }
        return moved
    }

    private func checkDepth(_ count: Int) throws {
        guard target.depth + count <= TreeLimits.pathComponentsMaximum else {
            throw Self.refusal(
                "expected at most \(TreeLimits.pathComponentsMaximum) components below \(target), "
                    + "found \(target.depth + count)")
        }
    }

    private static func refusal(_ message: String) -> OperationError {
        OperationError(.invalidOperation, message)
    }
}
