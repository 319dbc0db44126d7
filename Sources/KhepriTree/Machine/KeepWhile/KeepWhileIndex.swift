/// Who watches what: from nodes and patterns back to the nodes whose keep-while sets name them.
///
/// Watched paths and patterns form a trie, one edge a component. Watchers with an equal watched
/// path or pattern and an equal condition are one *group*, tested once for all of them; so a change
/// costs time in proportion to the depth of the node and the number of distinct conditions on it,
/// whatever the number of watchers. The index derives from the tree: entries that a node has about
/// itself are not in it, and nodes with the shared set ``KeepWhileSet/reclaimed`` cost nothing
/// here.
struct KeepWhileIndex: Sendable {
    var trie = PatternTrie(empty: Watched())

    var groups: [Group] = []
    var freeGroups: [Int] = []
    var groupsByKey: [GroupKey: Int] = [:]
    /// The leases that nodes can be kept by; in a draft all are taken for living.
    var leases = LeaseTable()
    /// Whether it is not known which leases live.
    var trustsLeases = false
    /// The nodes that are kept while a lease lives.
    var nodesByLease: [SessionID: Set<TreePath>] = [:]
    /// How many nodes have a set other than ``KeepWhileSet/reclaimed``.
    var setCount = 0
    /// How many groups have a pattern.
    var patternGroupCount = 0

    /// Groups whose numbers changed in this round of evaluation.
    var touchedGroups: [Int] = []
    /// The number of the round, to touch a group once.
    var round = 0

    /// What the present command did, in order, to be undone if it fails.
    var journal: [JournalEntry] = []

    /// Who watches a prefix of watched paths and patterns.
    struct Watched: Sendable {
        /// The groups that watch exactly this.
        var groups: [Int] = []
        /// The groups that must look again when a node changes that a pattern passes through.
        var passing: [Int] = []
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
    /// The nodes that are kept while a lease lives.
    func watchers(ofLease id: SessionID) -> Set<TreePath> { nodesByLease[id, default: []] }

    /// Whether every lease that keeps a node lives.
    var hasLivingLeasesOnly: Bool { nodesByLease.keys.allSatisfy(leases.contains) }

    /// Whether another index knows the same watchers, with the same numbers.
    func describesSame(as other: KeepWhileIndex) -> Bool {
        guard groupsByKey.count == other.groupsByKey.count,
            nodesByLease == other.nodesByLease
        else { return false }
        return groupsByKey.values.allSatisfy { number in
            let group = groups[number]
            let watched = trie.components(of: group.slot)
            guard let twin = other.group(of: watched, group.condition) else { return false }
            let isCounted = group.isCounted && group.pattern != nil
            return other.groups[twin].watchers == group.watchers
                && (!isCounted || other.groups[twin].matched == group.matched)
                && (!isCounted || other.groups[twin].met == group.met)
        }
    }
}
