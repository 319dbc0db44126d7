/// What a put asks of its target beside the pattern.
enum TargetGuard {
    case none
    case exists(Bool)
    case payload(PayloadPattern)

    /// Whether a node meets it.
    func isMet(by node: TreeNode) -> Bool {
        switch self {
        case .none: true
        case .exists(let exists): exists
        case .payload(let pattern):
            NodeCondition.payloadMatches(pattern).isMet(name: .nameOfRoot, of: node)
        }
    }

    /// Whether a missing target may be created.
    var permitsCreation: Bool {
        switch self {
        case .none, .exists(false): true
        case .exists(true), .payload: false
        }
    }

    /// The message for a node that does not meet it.
    var message: String {
        switch self {
        case .none, .exists(true): "expected a node"
        case .exists(false): "expected no node, found one"
        case .payload: "expected a payload that matches, found another or none"
        }
    }
}

extension Tree {
    /// Walks to the one node that a pattern denotes, testing the conditions on the way.
    ///
    /// - Parameters:
    ///   - guarding: Tested on the target too.
    ///   - isCreating: Whether missing nodes are passed where they may be created.
    /// - Returns: The path of the target.
    /// - Throws: ``Interruption``: a node that is missing or does not meet its condition, or a
    ///   component that does not denote one name, once the walk reaches it.
    func locate(
        _ pattern: TreePattern, guarding: TargetGuard = .none, isCreating: Bool = false
    ) throws(Interruption) -> TreePath {
        var names: [PathComponent] = []
        names.reserveCapacity(pattern.components.count)
        var node: TreeNode? = root
        for (index, component) in pattern.components.enumerated() {
            let isTarget = index == pattern.components.count - 1
            guard let name = component.denotedName else {
                throw .endsTransaction(
                    OperationError(
                        .patternMatchesManyNodes,
                        "expected components that stand for one name each"))
            }
            names.append(name)
            node = node.flatMap { child(name, of: $0) }
            if let node {
                guard component.isMet(name: name, of: node) else {
                    let message =
                        component.mismatch(name: name, of: node) ?? "expected another node"
                    throw .mismatching(TreePath(components: names), isTarget: isTarget, message)
                }
            } else {
                let isPermitted =
                    isCreating && component.permitsCreation
                    && (!isTarget || guarding.permitsCreation)
                guard isPermitted else {
                    throw .notFound(TreePath(components: names), isTarget: isTarget)
                }
            }
        }
        let path = TreePath(components: names)
        if let node, !guarding.isMet(by: node) {
            throw .mismatching(path, isTarget: true, guarding.message)
        }
        return path
    }
}
