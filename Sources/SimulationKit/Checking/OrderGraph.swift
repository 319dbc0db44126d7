/// What comes before what, and why: the serialization graph of a history (Adya 1999).
struct OrderGraph {
    /// Why one comes before another.
    enum Reason: Int, CaseIterable, Sendable, Hashable {
        /// The other one writes after it.
        case overwritten
        /// The other one sees what it wrote.
        case seen
        /// It does not see what the other one wrote.
        case missed
        /// It had ended when the other one started.
        case ended
    }

    struct Edge: Hashable {
        let source: Int
        let target: Int
        let reason: Reason
    }

    private var edges: [[Edge]]

    init(nodeCount: Int) {
        edges = Array(repeating: [], count: nodeCount)
    }

    /// Notes that one comes before another; that it comes before itself says nothing.
    mutating func add(_ source: Int, before target: Int, _ reason: Reason) {
        guard source != target else { return }
        edges[source].append(Edge(source: source, target: target, reason: reason))
    }

    /// Whether something comes before itself.
    ///
    /// - Parameter reasons: Those that count.
    func hasCycle(of reasons: Set<Reason>) -> Bool {
        // Whatever nothing comes before is taken out, until nothing is left or only cycles are.
        var predecessorCounts = Array(repeating: 0, count: edges.count)
        for edge in edges.joined() where reasons.contains(edge.reason) {
            predecessorCounts[edge.target] += 1
        }
        var free = edges.indices.filter { predecessorCounts[$0] == 0 }
        var takenCount = 0
        while let node = free.popLast() {
            takenCount += 1
            for edge in edges[node] where reasons.contains(edge.reason) {
                predecessorCounts[edge.target] -= 1
                if predecessorCounts[edge.target] == 0 { free.append(edge.target) }
            }
        }
        return takenCount < edges.count
    }

    /// One of the shortest cycles, nil if there is none.
    ///
    /// - Complexity: That of a search from each node.
    func shortestCycle(of reasons: Set<Reason>) -> [Edge]? {
        var shortest: [Edge]?
        for node in edges.indices {
            guard let cycle = cycle(through: node, reasons) else { continue }
            if shortest.map({ cycle.count < $0.count }) ?? true { shortest = cycle }
        }
        return shortest
    }

    private func cycle(through start: Int, _ reasons: Set<Reason>) -> [Edge]? {
        var arrivals: [Int: Edge] = [:]
        var frontier = [start]
        while arrivals[start] == nil, !frontier.isEmpty {
            var next: [Int] = []
            for edge in frontier.flatMap({ edges[$0] }) where reasons.contains(edge.reason) {
                guard arrivals[edge.target] == nil else { continue }
                arrivals[edge.target] = edge
                next.append(edge.target)
            }
            frontier = next
        }
        var path: [Edge] = []
        var node = start
        while let edge = arrivals[node] {
            path.append(edge)
            node = edge.source
            if node == start { return path.reversed() }
        }
        return nil
    }
}
