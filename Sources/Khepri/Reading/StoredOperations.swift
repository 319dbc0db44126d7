package import KhepriTree

/// The operations that rebuild a subtree, some at a time.
///
/// Nodes come first, parents before children; a node that only holds its children together needs no
/// operation. Keep-while sets on other nodes come behind all nodes, so that what they watch is there.
///
/// What a lease keeps is not among them: where they are carried out, nobody holds the lease.
package struct StoredOperations {
    private enum Part {
        case nodes, watchers, end
    }

    private let view: TreeView
    private let path: TreePath
    private let leased: Bool
    private var part = Part.nodes
    /// The last node of the part that was looked at.
    private var last: TreePath?

    /// How many operations there are.
    package let count: Int

    /// Counts the operations of a subtree.
    ///
    /// - Parameter leased: Make what leases keep as well, kept by none of them: for a copy to look at.
    package init(of view: TreeView, from path: TreePath, leased: Bool = false) {
        self.view = view
        self.path = path
        self.leased = leased
        var count = 0
        view.forEachStoredNode(from: path, leased: leased) { node in
            let node = node.withoutLease
            count += (node.put == nil ? 0 : 1) + (node.watcherPut == nil ? 0 : 1)
            return true
        }
        self.count = count
    }

    /// The first line of an export, which says how many follow: one that is cut off is found out.
    package var header: String { "{\"format\":\"khepri-ops/1\",\"operations\":\(count)}\n" }

    /// The next lines of an export, behind the header; empty at the end.
    package mutating func nextLines() -> String {
        next().reduce(into: "") { $0 += $1.jsonText + "\n" }
    }

    /// The next operations, empty at the end.
    ///
    /// - Parameters:
    ///   - nodes: Look at so many nodes at most.
    ///   - bytes: End with the operation that reaches this size of payloads.
    package mutating func next(nodes: Int = 1_000, bytes: Int = 1 << 20) -> [TreeOperation] {
        var operations: [TreeOperation] = []
        while operations.isEmpty, part != .end {
            var (nodesLeft, bytesLeft) = (nodes, bytes)
            var isCut = false
            view.forEachStoredNode(from: path, after: last, leased: leased) { node in
                let node = node.withoutLease
                guard nodesLeft > 0, bytesLeft > 0 else {
                    isCut = true
                    return false
                }
                if let operation = part == .nodes ? node.put : node.watcherPut {
                    operations.append(operation)
                    bytesLeft -= node.payloadByteCount
                }
                nodesLeft -= 1
                last = node.path
                return true
            }
            if isCut { continue }
            part = part == .nodes ? .watchers : .end
            last = nil
        }
        return operations
    }
}
