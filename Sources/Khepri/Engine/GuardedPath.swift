package import KhepriTree

extension TreePath {
    /// The pattern of the node at this path, if it meets the condition.
    func guarded(by condition: NodeCondition?) throws -> TreePattern {
        var components = self.components.map(NodeCondition.named)
        guard let condition else { return TreePattern(components: components) }
        guard let name = components.popLast() else {
            throw StoreError(
                .invalidOperation, "the root takes no condition here: write a batch", path: self)
        }
        components.append(.all([name, condition]))
        return TreePattern(components: components)
    }

    /// The put to this path, if its node meets the condition.
    ///
    /// The root has no component that could carry a condition; there the kinds of put that mean one
    /// stand for it.
    package func put(_ write: TreeOperation.Write, if condition: NodeCondition?) throws
        -> TreeOperation
    {
        guard self == .root, let condition else {
            return TreeOperation(.put(write), at: try guarded(by: condition))
        }
        let kind: TreeOperation.Kind
        switch condition {
        case .exists(false): kind = .create(write)
        case .exists(true): kind = .update(write)
        case .payloadMatches(let expected): kind = .compareAndSwap(expected: expected, write)
        default:
            throw StoreError(
                .invalidOperation,
                "expected .absent, .exists(true) or a payload as the condition of the root",
                path: self)
        }
        return TreeOperation(kind, at: TreePattern(self))
    }
}
