/// Who watches what: from nodes and patterns back to the nodes whose keep-while sets name them.
///
/// Watched paths and patterns form a trie, one edge a component. Watchers with an equal watched
/// path or pattern and an equal condition are one *group*, tested once for all of them; so a change
/// costs time in proportion to the depth of the node and the number of distinct conditions on it,
/// whatever the number of watchers. The index derives from the tree: entries that a node has about
/// itself are not in it, and nodes with the shared set ``KeepWhileSet/reclaimed`` cost nothing
/// here.
struct KeepWhileIndex: Sendable {
    /// The trie; slot 0 is its root, freed slots are reused.
    var slots: [Slot] = [Slot(parent: 0, condition: nil)]
    var freeSlots: [Int] = []
    /// Edges that are a condition and not a name, by the slot they leave.
    var edges: [EdgeKey: Int] = [:]

    var groups: [Group] = []
    var freeGroups: [Int] = []
    var groupsByKey: [GroupKey: Int] = [:]
    /// How many nodes have a set other than ``KeepWhileSet/reclaimed``.
    var setCount = 0
    /// How many groups have a pattern.
    var patternGroupCount = 0

    /// Groups whose numbers changed in this round of evaluation.
    var touchedGroups: [Int] = []
    /// The number of the round, to touch a group once.
    var round = 0
    /// The number of the last visit, to reach a slot once in it.
    var visit = 0

    /// What the present command did, in order, to be undone if it fails.
    var journal: [JournalEntry] = []

    /// A prefix of watched paths and patterns.
    struct Slot: Sendable {
        var parent: Int
        /// The last component of the prefix, nil for the root.
        var condition: NodeCondition?
        var children: [PathComponent: Int] = [:]
        /// The place among the parent's ``patternChildren``.
        var position = 0
        /// Where edges that are conditions lead.
        var patternChildren: [Int] = []
        /// The groups that watch exactly this.
        var groups: [Int] = []
        /// The groups that must look again when a node changes that a pattern passes through.
        var passing: [Int] = []
        /// The groups at and below the slot; at 0 the slot is freed.
        var useCount = 0
        /// The visit that last reached the slot.
        var visit = 0
    }

    struct EdgeKey: Hashable {
        var slot: Int
        var condition: NodeCondition
    }

    struct GroupKey: Hashable {
        var slot: Int
        var condition: NodeCondition
    }

    /// Watchers that have an equal entry.
    struct Group: Sendable {
        var slot: Int
        var condition: NodeCondition
        /// The place among the groups of the slot.
        var position = 0
        /// Nil for a path.
        var pattern: TreePattern?
        /// Whether the numbers can be kept up to date by looking at changed nodes alone: all but
        /// the last component of the pattern are about names.
        var isCounted = false
        /// How many nodes match the pattern, and how many of these meet the condition.
        var matched = 0
        var met = 0
        var watchers: Set<TreePath> = []
        /// The last round and command that touched the numbers.
        var round = 0
        var isJournaled = false
    }

    enum JournalEntry: Sendable {
        case added(TreePath, KeepWhileSet)
        case removed(TreePath, KeepWhileSet)
        /// The numbers of a group before the command.
        case counted(TreePattern, NodeCondition, matched: Int, met: Int)
    }

    /// Whether no node has a set of its own, not even of conditions about itself.
    var isUnused: Bool { setCount == 0 }

    /// Whether nobody watches another node.
    var isEmpty: Bool { groupsByKey.isEmpty }

    /// Whether somebody watches by a pattern.
    var hasPatterns: Bool { patternGroupCount > 0 }
}

extension KeepWhileIndex {
    /// Whether another index knows the same watchers, with the same numbers.
    func describesSame(as other: KeepWhileIndex) -> Bool {
        guard groupsByKey.count == other.groupsByKey.count else { return false }
        return groupsByKey.values.allSatisfy { number in
            let group = groups[number]
            let watched = conditions(at: group.slot)
            guard let twin = other.group(of: watched, group.condition) else { return false }
            let isCounted = group.isCounted && group.pattern != nil
            return other.groups[twin].watchers == group.watchers
                && (!isCounted || other.groups[twin].matched == group.matched)
                && (!isCounted || other.groups[twin].met == group.met)
        }
    }

    /// The components from the root of the trie to a slot.
    private func conditions(at slot: Int) -> [NodeCondition] {
        var conditions: [NodeCondition] = []
        var slot = slot
        while let condition = slots[slot].condition {
            conditions.append(condition)
            slot = slots[slot].parent
        }
        return conditions.reversed()
    }
}
