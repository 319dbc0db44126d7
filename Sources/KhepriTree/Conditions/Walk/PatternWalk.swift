/// A pattern, prepared for a walk down a tree that meets each node once.
///
/// A component takes exactly one level, except that one which applies to grandchildren may be
/// repeated, so a path can fit a pattern in several ways. The walk follows all of them at once: its
/// ``State`` at a node is the set of components that the node's children are tested against. Reads,
/// writes, watches, triggers and projections all follow this one rule.
///
/// ```swift
/// let state = walk.advance(walk.initial, name: child.name, node: child)
/// if state.isAccepting { /* the child matches */ }
/// if state.canContinue { /* go on with its children */ }
/// ```
package struct PatternWalk: Sendable {
    /// Where a walk is after a node.
    package struct State: Hashable, Sendable {
        /// The components that the next level is tested against, a bit each.
        fileprivate var waiting: UInt64
        /// Whether the node matches the whole pattern.
        package fileprivate(set) var isAccepting: Bool

        /// Whether a descendant of the node can match.
        package var canContinue: Bool { waiting != 0 }
    }

    /// The state at the root.
    package let initial: State
    private let components: [NodeCondition]
    /// The components that apply to grandchildren, a bit each.
    private let repeating: UInt64
    /// The components that look at more than the name, a bit each.
    private let factual: UInt64
    /// For each component the names it can let through, nil for any.
    private let candidates: [[PathComponent]?]

    /// Prepares a pattern.
    ///
    /// One of more than 64 components matches nothing, as no path is so long.
    package init(_ pattern: TreePattern) {
        let isPossible = pattern.components.count <= TreeLimits.pathComponentsMaximum
        components = isPossible ? pattern.components : []
        initial = State(
            waiting: components.isEmpty ? 0 : 1, isAccepting: pattern.components.isEmpty)
        repeating = Self.bits(of: components, where: \.appliesToGrandchildren)
        factual = Self.bits(of: components) { !$0.testsNameOnly }
        candidates = components.map { $0.appliesToGrandchildren ? nil : $0.candidateNames }
    }

    private static func bits(
        of components: [NodeCondition], where isSet: (NodeCondition) -> Bool
    ) -> UInt64 {
        var bits: UInt64 = 0
        for (index, component) in components.enumerated() where isSet(component) {
            bits |= 1 << UInt64(index)
        }
        return bits
    }

    /// The state at a child of the node whose state is given.
    package func advance<Facts: NodeFacts>(
        _ state: State, name: PathComponent, node: borrowing Facts
    ) -> State {
        var met: UInt64 = 0
        var remaining = state.waiting
        while remaining != 0 {
            let index = remaining.trailingZeroBitCount
            remaining &= remaining - 1
            if components[index].isMet(name: name, of: node) { met |= 1 << UInt64(index) }
        }
        return advance(state, over: met)
    }

    /// The state at a child of which only the name is known: all that may be met counts as met.
    package func advance(_ state: State, possiblyBy name: PathComponent) -> State {
        var met: UInt64 = 0
        for index in components.indices where state.waiting >> UInt64(index) & 1 == 1 {
            if components[index].verdict(byName: name) != .unmet { met |= 1 << UInt64(index) }
        }
        return advance(state, over: met)
    }

    /// The state behind components that are met, a bit each.
    private func advance(_ state: State, over met: UInt64) -> State {
        guard met != 0 else {
            return State(waiting: state.waiting & repeating, isAccepting: false)
        }
        let last: UInt64 = 1 << UInt64(components.count - 1)
        return State(
            waiting: state.waiting & repeating | (met & ~last) << 1, isAccepting: met & last != 0)
    }

    /// The only names of children that can lead to a match, in order and each once; nil for any.
    ///
    /// With names, children are looked up instead of scanned; all others lead nowhere.
    package func candidateNames(after state: State) -> [PathComponent]? {
        guard state.waiting & repeating == 0 else { return nil }
        if state.waiting.nonzeroBitCount == 1 {
            return candidates[state.waiting.trailingZeroBitCount]
        }
        let waiting = candidates.indices.filter { state.waiting >> UInt64($0) & 1 == 1 }
        return NodeCondition.union(waiting.map { candidates[$0] })
    }

    /// Whether the conditions that a child is tested against look at more than its name.
    package func needsFacts(after state: State) -> Bool {
        state.waiting & factual != 0
    }
}
