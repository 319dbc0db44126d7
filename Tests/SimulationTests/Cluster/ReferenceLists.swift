import SimulationKit

/// What clients see of lists whose transactions are as if each happened at one moment.
struct ReferenceLists {
    private(set) var history: [ListTransaction] = []
    private var random: SeededRandom
    private let listCount: Int
    private let clientCount: Int
    private var lists: [Int: [Int]] = [:]

    init(seed: UInt64, lists: Int, clients: Int) {
        random = SeededRandom(seed: seed)
        listCount = lists
        clientCount = clients
    }

    /// Makes transactions, each of which happens at the time ten times its number, and reads all in the end.
    mutating func run(transactions count: Int, losing: Bool = true) {
        for number in 1...count { perform(number, isLost: losing && random.isOne(in: 20)) }
        let end = (history.map(\.end).max() ?? 0) + 1
        history.append(
            ListTransaction((0..<listCount).map { read($0) }, start: end, end: end + 1))
    }

    private mutating func perform(_ number: Int, isLost: Bool) {
        let moment = UInt64(number) * 10 + 1_000
        let list = random.number(below: listCount)
        let other = random.number(below: listCount)
        // What is lost happens or does not.
        let happens = !isLost || random.isOne(in: 2)
        var steps = [read(list), read(other)]
        let appends = random.isOne(in: 3) ? [] : [number * 2, number * 2 + 1]
        for (number, list) in zip(appends, [list, other]) {
            steps.append(.append(number, to: list))
            if happens { lists[list, default: []].append(number) }
        }
        if isLost {
            steps.removeAll { if case .read = $0 { true } else { false } }
        }
        history.append(
            ListTransaction(
                steps, isLost ? .unknown : .committed,
                start: moment - UInt64(random.number(below: clientCount * 5)),
                end: moment + UInt64(random.number(below: clientCount * 5))))
    }

    private func read(_ list: Int) -> ListTransaction.Step { .read(lists[list] ?? [], of: list) }
}
