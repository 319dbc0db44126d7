import SimulationKit

/// A few transactions that see what chance will have: some order explains them, or none does.
struct SmallListHistory {
    let history: [ListTransaction]

    /// All transactions are answered, and in the end somebody reads all.
    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let count = 2 + random.number(below: 4)
        // In the order in which the lists have them.
        var contents: [[Int]] = [[], []]
        var appends: [Int: Int] = [:]
        for number in (0..<count).shuffled(using: &random) where !random.isOne(in: 4) {
            let list = random.number(below: 2)
            contents[list].append(number)
            appends[number] = list
        }
        var history = (0..<count).map { number in
            var steps: [ListTransaction.Step] = []
            for list in 0..<2 where random.isOne(in: 2) {
                let own = contents[list].firstIndex(of: number) ?? contents[list].count
                steps.append(.read(Array(contents[list].prefix(own)), of: list))
                // A lie, or the same from before: who knows.
                if random.isOne(in: 2) {
                    let length = random.number(below: own + 1)
                    steps[steps.count - 1] = .read(Array(contents[list].prefix(length)), of: list)
                }
            }
            if let list = appends[number] { steps.append(.append(number, to: list)) }
            let start = UInt64(random.number(below: 12))
            return ListTransaction(
                steps, start: start, end: start + 1 + UInt64(random.number(below: 12)))
        }
        let reads = contents.indices.map { ListTransaction.Step.read(contents[$0], of: $0) }
        history.append(ListTransaction(reads, start: 100, end: 101))
        self.history = history
    }

    /// Tries all orders.
    static func isExplained(_ history: [ListTransaction], after lists: [Int: [Int]] = [:]) -> Bool {
        if history.isEmpty { return true }
        return history.indices.contains { place in
            let first = history[place]
            var rest = history
            rest.remove(at: place)
            guard !rest.contains(where: { $0.end < first.start }) else { return false }
            var lists = lists
            for step in first.steps {
                switch step {
                case .append(let number, let list): lists[list, default: []].append(number)
                case .read(let content, let list):
                    guard lists[list] ?? [] == content else { return false }
                }
            }
            return isExplained(rest, after: lists)
        }
    }
}
