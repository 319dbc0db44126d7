extension PatternWalk {
    /// Whether the node at a path matches, by the same rule as a walk down the tree.
    ///
    /// - Parameters:
    ///   - path: The names from the root down to the node.
    ///   - facts: Gives the node whose path is the first so many names; nil if there is none, and
    ///     then nothing matches. It is asked only where a condition looks at more than a name.
    /// - Complexity: The length of the path times the number of components.
    package func matches<Facts: NodeFacts>(
        _ path: [PathComponent], facts: (_ depth: Int) -> Facts?
    ) -> Bool {
        var state = initial
        for (index, name) in path.enumerated() {
            guard state.canContinue else { return false }
            if needsFacts(after: state) {
                guard let node = facts(index + 1) else { return false }
                state = advance(state, name: name, node: node)
            } else {
                state = advance(state, name: name, node: NameOnly())
            }
        }
        return state.isAccepting
    }

    /// Whether a node matches of which all but its ancestors' names is known.
    ///
    /// Right for patterns that test names only above their last component: what the last one makes of an
    /// ancestor has no effect further down.
    package func matches<Facts: NodeFacts>(_ path: [PathComponent], _ node: Facts) -> Bool {
        guard let name = path.last else { return initial.isAccepting }
        var state = initial
        for name in path.dropLast() {
            guard state.canContinue else { return false }
            state = advance(state, name: name, node: NameOnly())
        }
        return state.canContinue && advance(state, name: name, node: node).isAccepting
    }
}

extension TreePattern {
    /// Whether the node at a path matches; prepare a ``PatternWalk`` to ask for many paths.
    package func matches<Facts: NodeFacts>(
        _ path: TreePath, facts: (_ depth: Int) -> Facts?
    ) -> Bool {
        PatternWalk(self).matches(path.components, facts: facts)
    }
}

/// A node of which nothing is asked but its name.
private struct NameOnly: NodeFacts {
    var payloadVersion: UInt64 { 0 }
    var childListVersion: UInt64 { 0 }
    var childCount: UInt64 { 0 }
    var createdRevision: UInt64 { 0 }
    var modifiedRevision: UInt64 { 0 }
    var childrenRevision: UInt64 { 0 }
    var hasPayload: Bool { false }

    func withPayload<R>(_ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
        try body(nil)
    }
}
