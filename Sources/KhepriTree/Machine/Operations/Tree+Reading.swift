extension Tree {
    /// Answers a read, also a read-only transaction, without a state machine.
    ///
    /// - Parameters:
    ///   - after: Of `getMany` and `dump`, only nodes behind this path are listed.
    ///   - limit: Of `getMany` and `dump`, at most so many nodes are listed.
    /// - Returns: The result; `invalidOperation` for a write.
    package func read(
        _ operation: TreeOperation, after: TreePath? = nil, limit: Int? = nil
    ) -> OperationResult {
        if case .transaction(true, let operations) = operation.kind {
            var editor = TreeEditor()
            editor.tree = self
            do {
                return try editor.performTransaction(operations, isReadOnly: true)
            } catch {
                return error.result ?? .nodes([])
            }
        }
        var visitCount = 0
        do {
            let result = try answer(
                operation, after: after, limit: limit, visitLimit: nil, &visitCount)
            if let result { return result }
        } catch {
            return error.result ?? .nodes([])
        }
        return .error(OperationError(.invalidOperation, "expected a read, found a write"))
    }

    /// Answers a read of one operation; nil when it is not a read.
    ///
    /// - Parameters:
    ///   - visitLimit: How many nodes to look at; the answer is incomplete when it takes more.
    ///   - visitCount: Grows by the number of nodes looked at.
    func answer(
        _ operation: TreeOperation, after: TreePath? = nil, limit: Int? = nil, visitLimit: Int?,
        _ visitCount: inout Int
    ) throws(Interruption) -> OperationResult? {
        let returning = operation.options.returning
        let includesRoot = operation.options.includeRoot
        switch operation.kind {
        case .get, .exists, .hasPayload: visitCount += operation.path.components.count + 1
        default: break
        }
        switch operation.kind {
        case .get:
            let path = try locate(operation.path)
            guard let node = node(at: path) else { return .nodes([]) }
            return .nodes([ResultNode(path, node, returning, in: self)])
        case .getMany:
            return list(
                operation.path, includesRoot: includesRoot, returning, after: after, limit: limit,
                visitLimit: visitLimit, &visitCount)
        case .exists:
            return .boolean(try locateIfPresent(operation.path) != nil)
        case .hasPayload:
            guard let path = try locateIfPresent(operation.path) else { return .boolean(false) }
            return .boolean(withNode(at: path) { $0?.hasPayload ?? false })
        case .count:
            var count = 0
            visitCount += forEachMatch(
                of: operation.path, includesRoot: includesRoot, visitLimit: visitLimit
            ) { _, _ in
                count += 1
                return true
            }
            return .count(count)
        case .dump:
            return list(
                TreePattern(components: [.anyPath]), includesRoot: true, .dumped,
                after: after, limit: limit, visitLimit: visitLimit, &visitCount)
        default:
            return nil
        }
    }

    private func list(
        _ pattern: TreePattern, includesRoot: Bool, _ returning: NodePropertySet,
        after: TreePath?, limit: Int?, visitLimit: Int?, _ visitCount: inout Int
    ) -> OperationResult {
        var nodes: [ResultNode] = []
        guard limit.map({ $0 > 0 }) ?? true else { return .nodes(nodes) }
        visitCount += forEachMatch(
            of: pattern, includesRoot: includesRoot, after: after, visitLimit: visitLimit
        ) { path, node in
            nodes.append(ResultNode(path, node, returning, in: self))
            return limit.map { nodes.count < $0 } ?? true
        }
        return .nodes(nodes)
    }
}

extension NodePropertySet {
    /// What a dump lists.
    static let dumped: NodePropertySet = [
        .payload, .payloadVersion, .childListVersion, .childCount,
    ]
}

extension Interruption {
    /// The result of a command that ends like this; nil when it has none.
    var result: OperationResult? {
        switch self {
        case .refused(let error), .endsTransaction(let error): .error(error)
        case .aborted(let reason): .aborted(reason: reason)
        case .visitLimitExceeded: nil
        }
    }
}
