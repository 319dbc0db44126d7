@testable import KhepriTree

/// What a tree held of one node, as values: a reference would make the next command copy the node.
struct NodeFactsRecord: Equatable {
    var payload: [UInt8]?
    var payloadVersion: UInt64 = 1
    var childListVersion: UInt64 = 1
    var childCount: UInt64 = 0
    var revisions: [UInt64] = [0, 0, 0]
    var keepWhile: KeepWhileSet?

    init(payload: [UInt8]?) {
        self.payload = payload
    }

    init(_ node: TreeNode) {
        payload = node.payload?.bytes
        payloadVersion = node.payloadVersion
        childListVersion = node.childListVersion
        childCount = node.childCount
        revisions = [node.createdRevision, node.modifiedRevision, node.childrenRevision]
        keepWhile = node.keepWhileSet
    }

    init(_ image: NodeImage, present: TreeNode?) {
        payload = image.payload(present: present)?.bytes
        payloadVersion = image.payloadVersion
        childListVersion = image.childListVersion
        childCount = image.childCount
        revisions = [image.createdRevision, image.modifiedRevision, image.childrenRevision]
        keepWhile = image.keepWhile
    }
}

/// Compares what commands say with the trees before and after.
enum TotalityChecks {
    typealias Nodes = [(TreePath, NodeFactsRecord)]

    /// All nodes, sorted by path.
    static func nodes(of tree: Tree) -> Nodes {
        var nodes: Nodes = []
        nodes.reserveCapacity(tree.nodeCount)
        tree.forEachMatch(of: TreePattern(components: [.anyPath]), includesRoot: true) {
            nodes.append(($0, NodeFactsRecord($1)))
            return true
        }
        return nodes
    }

    /// Says where a change set is not the difference between two trees; nil if it is.
    static func fault(
        in changes: ChangeSet, from old: Nodes, to new: Nodes, _ tree: Tree = Tree()
    ) -> String? {
        var expected = difference(from: old, to: new)
        var last: TreePath?
        for change in changes.changes {
            if let last, !(last < change.path) { return "the changes are not sorted" }
            last = change.path
            let node = tree.node(at: change.path)
            let pair = Pair(
                old: change.old.map { NodeFactsRecord($0, present: node) },
                new: change.new.map { NodeFactsRecord($0, present: node) })
            guard (pair.new == nil) == (change.removed != nil) else {
                return "\(change.path) is gone and has no last properties, or has some and is there"
            }
            guard (change.removed == nil) == (change.deleteReason == nil) else {
                return "\(change.path) is gone for no reason"
            }
            // A node that came and went leaves no difference.
            if pair.old == nil, pair.new == nil { continue }
            guard expected.removeValue(forKey: change.path) == pair else {
                return "\(change.path) did not change so: \(pair)"
            }
        }
        return expected.first.map { "\($0.key) changed untold: \($0.value)" }
    }

    /// Says how the nodes of a result are not as the tree is; nil if they are.
    static func fault(in result: OperationResult, of changes: ChangeSet, _ tree: Tree) -> String? {
        switch result {
        case .error, .aborted, .boolean, .count:
            return changes.isEmpty ? nil : "a command that changes nothing changed something"
        case .results, .ok:
            return nil
        case .nodes(let nodes):
            var last: TreePath?
            for node in nodes {
                if let last, !(last < node.path) { return "the nodes are not sorted" }
                last = node.path
                let isGone = node.deleteReason != nil && !node.path.isRoot
                if isGone, tree.node(at: node.path) != nil { return "\(node.path) is not deleted" }
            }
            return nil
        }
    }

    struct Pair: Equatable {
        var old: NodeFactsRecord?
        var new: NodeFactsRecord?
    }

    private static func difference(from old: Nodes, to new: Nodes) -> [TreePath: Pair] {
        var pairs: [TreePath: Pair] = [:]
        var (left, right) = (old[...], new[...])
        while let path = [left.first?.0, right.first?.0].compactMap(\.self).min() {
            var pair = Pair()
            if left.first?.0 == path { pair.old = left.removeFirst().1 }
            if right.first?.0 == path { pair.new = right.removeFirst().1 }
            if pair.old != pair.new { pairs[path] = pair }
        }
        return pairs
    }
}
