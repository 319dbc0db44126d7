/// Decides whether transactions over lists are as if they ran one after the other, each between its call and
/// its answer (strict serializability).
///
/// Reads give the order of appends, and with it what comes before what: who appends after whom, who sees
/// whom, who does not see whom, and who had ended when another one started. No order of all transactions
/// explains the history if one of them comes before itself, so such cycles are looked for
/// ("Elle", Kingsbury and Alvaro 2020).
package enum ListHistoryChecker {
    /// Why no order explains a history.
    package enum Violation: Error, Hashable, Sendable, CustomStringConvertible {
        /// A list has a number twice: its transaction was applied twice.
        case repeated(Int, list: Int)
        /// A number in a list is of no transaction, or of one that was refused (Adya's G1a).
        case aborted(Int, list: Int)
        /// A transaction sees a number that it appends only afterwards.
        case foreseen(Int, list: Int)
        /// Of two states of a list neither begins with the other.
        case incompatible([Int], [Int], list: Int)
        /// Transactions come before themselves.
        case cycle(Anomaly, [String])

        package var description: String {
            switch self {
            case .repeated(let number, let list): "list \(list) has the number \(number) twice"
            case .aborted(let number, let list):
                "list \(list) has the number \(number), which nobody appended"
            case .foreseen(let number, let list):
                "list \(list) has the number \(number) before it is appended"
            case .incompatible(let one, let other, let list):
                "list \(list) was \(one) and \(other)"
            case .cycle(let anomaly, let steps):
                "no order explains transactions (\(anomaly.rawValue)): "
                    + steps.joined(separator: "; ")
            }
        }
    }

    /// The kinds of cycles (Adya 1999), from the worst on.
    package enum Anomaly: String, CaseIterable, Sendable, Hashable {
        /// Writes of two transactions are interleaved.
        case writes = "G0"
        /// Information flows in a circle.
        case information = "G1c"
        /// Transactions miss what others of them wrote: lost updates, write skew, phantoms.
        case missed = "G2"
        /// The same with what clients could tell by their clocks.
        case writesInTime = "G0 in real time"
        case informationInTime = "G1c in real time"
        case missedInTime = "G2 in real time"

        fileprivate var reasons: Set<OrderGraph.Reason> {
            switch self {
            case .writes: [.overwritten]
            case .information: [.overwritten, .seen]
            case .missed: [.overwritten, .seen, .missed]
            case .writesInTime: [.overwritten, .ended]
            case .informationInTime: [.overwritten, .seen, .ended]
            case .missedInTime: [.overwritten, .seen, .missed, .ended]
            }
        }
    }

    /// Checks lists that are empty at first.
    package static func check(_ history: [ListTransaction]) throws(Violation) {
        let order = try ListOrder(history)
        let graph = order.graph
        guard graph.hasCycle(of: Set(OrderGraph.Reason.allCases)) else { return }
        for anomaly in Anomaly.allCases where graph.hasCycle(of: anomaly.reasons) {
            let cycle = graph.shortestCycle(of: anomaly.reasons) ?? []
            throw .cycle(anomaly, cycle.compactMap(order.words))
        }
    }
}

/// In which order numbers were appended, and by whom.
private struct ListOrder {
    private let history: [ListTransaction]
    /// Who appended each number, of those that somebody saw or that were answered.
    private var writers: [Int: Int] = [:]
    /// The longest state of each list that was seen.
    private var contents: [Int: [Int]] = [:]
    /// Who appended to each list what nobody saw: it comes after all that was seen.
    private var unseenWriters: [Int: [Int]] = [:]

    init(_ history: [ListTransaction]) throws(ListHistoryChecker.Violation) {
        self.history = history
        for (writer, transaction) in history.enumerated() where transaction.outcome != .refused {
            for (number, _) in transaction.appended { writers[number] = writer }
        }
        for transaction in history where transaction.outcome == .committed {
            for (content, list) in transaction.reads {
                let known = contents[list] ?? []
                let (short, long) =
                    content.count < known.count ? (content, known) : (known, content)
                guard long.starts(with: short) else {
                    throw .incompatible(known, content, list: list)
                }
                contents[list] = long
            }
        }
        try checkContents()
        let seen = Set(contents.values.joined())
        for (writer, transaction) in history.enumerated() where transaction.outcome == .committed {
            for (number, list) in transaction.appended where !seen.contains(number) {
                unseenWriters[list, default: []].append(writer)
            }
        }
    }

    private func checkContents() throws(ListHistoryChecker.Violation) {
        for (list, content) in contents.sorted(by: { $0.key < $1.key }) {
            var seen: Set<Int> = []
            for number in content {
                guard let writer = writers[number],
                    history[writer].appended.contains(where: { $0 == (number, list) })
                else { throw .aborted(number, list: list) }
                guard seen.insert(number).inserted else { throw .repeated(number, list: list) }
            }
        }
        for transaction in history {
            for (place, step) in transaction.steps.enumerated() {
                guard case .read(let content, let list) = step else { continue }
                for case .append(let number, to: list) in transaction.steps[place...]
                where content.contains(number) {
                    throw .foreseen(number, list: list)
                }
            }
        }
    }

    var graph: OrderGraph {
        let ends = history.filter { $0.outcome == .committed }.map(\.end).sorted()
        var graph = OrderGraph(nodeCount: history.count + ends.count)
        for (list, content) in contents { addAppends(content, of: list, to: &graph) }
        for (reader, transaction) in history.enumerated() where transaction.outcome == .committed {
            for (content, list) in transaction.reads {
                add(reader, seeing: content, of: list, to: &graph)
            }
        }
        addTime(ends, to: &graph)
        return graph
    }

    private func addAppends(_ content: [Int], of list: Int, to graph: inout OrderGraph) {
        for (number, next) in zip(content, content.dropFirst()) {
            guard let one = writers[number], let other = writers[next] else { continue }
            graph.add(one, before: other, .overwritten)
        }
        guard let last = content.last.flatMap({ writers[$0] }) else { return }
        for writer in unseenWriters[list] ?? [] { graph.add(last, before: writer, .overwritten) }
    }

    private func add(
        _ reader: Int, seeing content: [Int], of list: Int, to graph: inout OrderGraph
    ) {
        if let writer = content.last.flatMap({ writers[$0] }) {
            graph.add(writer, before: reader, .seen)
        }
        let whole = contents[list] ?? []
        guard content.count == whole.count else {
            if let next = writers[whole[content.count]] { graph.add(reader, before: next, .missed) }
            return
        }
        for writer in unseenWriters[list] ?? [] { graph.add(reader, before: writer, .missed) }
    }

    /// Adds a node for each moment at which something ended, between what ended by then and what started
    /// afterwards: so there are as many edges as transactions and not as many as pairs.
    private func addTime(_ ends: [UInt64], to graph: inout OrderGraph) {
        let moments = history.count
        for place in ends.indices.dropFirst() {
            graph.add(moments + place - 1, before: moments + place, .ended)
        }
        func firstPlace(notBefore time: UInt64) -> Int {
            ends.partitioningIndex { $0 >= time }
        }
        for (number, transaction) in history.enumerated() {
            if transaction.outcome == .committed {
                let place = firstPlace(notBefore: transaction.end)
                graph.add(number, before: moments + place, .ended)
            }
            let place = firstPlace(notBefore: transaction.start)
            guard transaction.isFresh, transaction.outcome != .refused, place > 0 else { continue }
            graph.add(moments + place - 1, before: number, .ended)
        }
    }

    /// A step of a cycle in words; nil from one moment to another.
    func words(_ edge: OrderGraph.Edge) -> String? {
        func name(_ node: Int) -> String? {
            node < history.count ? "\(history[node].steps) of \(history[node].start)" : nil
        }
        return switch (name(edge.source), edge.reason) {
        case (let source?, .overwritten): "\(source), then another one appends"
        case (let source?, .seen): "\(source), and another one sees it"
        case (let source?, .missed): "\(source) does not see what another one appends"
        case (let source?, .ended): "\(source) ends before another one starts"
        case (nil, _): nil
        }
    }
}

extension [UInt64] {
    /// The first place from which on something holds, in a list of which it holds for all after some place.
    fileprivate func partitioningIndex(where holds: (UInt64) -> Bool) -> Int {
        var (lower, upper) = (0, count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if holds(self[middle]) { upper = middle } else { lower = middle + 1 }
        }
        return lower
    }
}
