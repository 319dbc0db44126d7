import SimulationKit
import TestSupport
import Testing

@Suite("List history checker")
struct ListHistoryCheckerTests {
    private static func violation(
        of history: [ListTransaction]
    ) -> ListHistoryChecker.Violation? {
        do {
            try ListHistoryChecker.check(history)
            return nil
        } catch {
            return error
        }
    }

    private static func anomaly(of history: [ListTransaction]) -> ListHistoryChecker.Anomaly? {
        if case .cycle(let anomaly, _) = violation(of: history) { anomaly } else { nil }
    }

    /// All at the same time, so that the clock says nothing.
    private static func transaction(_ steps: ListTransaction.Step...) -> ListTransaction {
        ListTransaction(steps, start: 0, end: 10)
    }

    private static func at(_ start: UInt64, _ steps: ListTransaction.Step...) -> ListTransaction {
        ListTransaction(steps, start: start, end: start + 1)
    }

    @Test func `an empty history and one without reads are explained`() {
        #expect(Self.violation(of: []) == nil)
        #expect(
            Self.violation(of: [
                Self.transaction(.append(1, to: 0)), Self.transaction(.append(2, to: 0)),
            ]) == nil)
    }

    @Test func `writes of two transactions that are interleaved are G0`() {
        #expect(
            Self.anomaly(of: [
                Self.transaction(.append(1, to: 0), .append(2, to: 1)),
                Self.transaction(.append(3, to: 0), .append(4, to: 1)),
                Self.transaction(.read([1, 3], of: 0), .read([4, 2], of: 1)),
            ]) == .writes)
    }

    @Test func `two transactions that see each other are G1c`() {
        #expect(
            Self.anomaly(of: [
                Self.transaction(.read([2], of: 1), .append(1, to: 0)),
                Self.transaction(.read([1], of: 0), .append(2, to: 1)),
            ]) == .information)
    }

    @Test func `a number of a refused transaction, or of none, is never seen`() {
        let reader = Self.transaction(.read([1], of: 0))
        let refused = ListTransaction([.append(1, to: 0)], .refused, start: 0, end: 10)
        #expect(Self.violation(of: [refused, reader]) == .aborted(1, list: 0))
        #expect(Self.violation(of: [reader]) == .aborted(1, list: 0))
        let elsewhere = Self.transaction(.append(1, to: 1))
        #expect(Self.violation(of: [elsewhere, reader]) == .aborted(1, list: 0))
        let unknown = ListTransaction([.append(1, to: 0)], .unknown, start: 0, end: 0)
        #expect(Self.violation(of: [unknown, reader]) == nil)
    }

    @Test func `half of a transaction is never seen`() {
        let writer = Self.transaction(.append(1, to: 0), .append(2, to: 0))
        let whole = Self.transaction(.read([1, 2], of: 0))
        #expect(Self.violation(of: [writer, whole]) == nil)
        #expect(Self.anomaly(of: [writer, whole, Self.transaction(.read([1], of: 0))]) == .missed)
        let both = Self.transaction(.append(1, to: 0), .append(2, to: 1))
        let one = Self.transaction(.read([1], of: 0), .read([], of: 1))
        #expect(Self.anomaly(of: [both, one]) == .missed)
    }

    @Test func `write skew is G2`() {
        #expect(
            Self.anomaly(of: [
                Self.transaction(.read([], of: 1), .append(1, to: 0)),
                Self.transaction(.read([], of: 0), .append(2, to: 1)),
            ]) == .missed)
    }

    @Test func `a lost update is G2`() {
        #expect(
            Self.anomaly(of: [
                Self.transaction(.read([], of: 0), .append(1, to: 0)),
                Self.transaction(.read([], of: 0), .append(2, to: 0)),
                Self.transaction(.read([1, 2], of: 0)),
            ]) == .missed)
    }

    @Test func `readers agree on the order of what nobody orders but they`() {
        #expect(
            Self.anomaly(of: [
                Self.transaction(.append(1, to: 0)), Self.transaction(.append(2, to: 1)),
                Self.transaction(.read([1], of: 0), .read([], of: 1)),
                Self.transaction(.read([], of: 0), .read([2], of: 1)),
            ]) == .missed)
    }

    @Test func `a list never loses and never changes what it had`() {
        let writers = [Self.transaction(.append(1, to: 0)), Self.transaction(.append(2, to: 0))]
        let readers = [[1, 2], [2]].map { Self.transaction(.read($0, of: 0)) }
        #expect(Self.violation(of: writers + readers) == .incompatible([1, 2], [2], list: 0))
    }

    @Test func `a number is appended once, and seen only afterwards`() {
        let twice = Self.transaction(.read([1, 1], of: 0))
        #expect(
            Self.violation(of: [Self.transaction(.append(1, to: 0)), twice])
                == .repeated(1, list: 0))
        #expect(
            Self.violation(of: [Self.transaction(.read([1], of: 0), .append(1, to: 0))])
                == .foreseen(1, list: 0))
    }

    @Test func `what was answered is seen by whoever asks afterwards`() {
        let writer = Self.at(0, .append(1, to: 0))
        #expect(Self.anomaly(of: [writer, Self.at(2, .read([], of: 0))]) == .missedInTime)
        #expect(Self.violation(of: [writer, Self.at(1, .read([], of: 0))]) == nil, "they overlap")
        var stale = Self.at(2, .read([], of: 0))
        stale.isFresh = false
        #expect(Self.violation(of: [writer, stale]) == nil)
    }

    @Test func `nobody who began later is seen`() {
        #expect(
            Self.anomaly(of: [Self.at(0, .read([1], of: 0)), Self.at(5, .append(1, to: 0))])
                == .informationInTime)
    }

    @Test func `appends are in the order of time`() {
        #expect(
            Self.anomaly(of: [
                Self.at(0, .append(1, to: 0)), Self.at(5, .append(2, to: 0)),
                Self.at(9, .read([2, 1], of: 0)),
            ]) == .writesInTime)
    }

    @Test func `histories of real lists are explained, and each lie is found`() throws {
        for seed in TestRuns.seeds(usually: 50) {
            var lists = ReferenceLists(seed: seed, lists: 3, clients: 5)
            lists.run(transactions: 100)
            #expect(Self.violation(of: lists.history) == nil, "seed \(seed)")
            for (name, history) in Self.doctored(lists.history) {
                #expect(Self.violation(of: history) != nil, "\(name), seed \(seed)")
            }
        }
    }

    /// The history with one lie each; in the end all lists are read.
    private static func doctored(
        _ history: [ListTransaction]
    ) -> [(name: String, history: [ListTransaction])] {
        let end = (history.map(\.end).max() ?? 0) + 10
        let final = history.last?.steps ?? []
        guard case .read(let content, let list) = final.first, let last = content.last else {
            return []
        }
        let shorter = at(end, .read(content.dropLast(), of: list))
        return [
            ("an append that is lost", history + [shorter]),
            ("one that is done twice", history + [at(end, .read(content + [last], of: list))]),
            ("one that nobody made", history + [at(end, .read(content + [-1], of: list))]),
            (
                "one that is forgotten after its answer",
                history + [at(end, .append(-1, to: list)), at(end + 5, .read(content, of: list))]
            ),
            (
                "two that exchange their places",
                history + [
                    at(end, .append(-1, to: list)), at(end + 5, .append(-2, to: list)),
                    at(end + 10, .read(content + [-2, -1], of: list)),
                ]
            ),
            (
                "two that miss each other",
                history + [
                    ListTransaction(
                        [final[1], .append(-1, to: list)], start: end, end: end + 10),
                    ListTransaction([final[0], .append(-2, to: 1)], start: end, end: end + 10),
                ]
            ),
        ]
    }

    @Test func `a history is explained if and only if one of all orders explains it`() {
        var explainedCount = 0
        for seed in TestRuns.seeds(usually: 2_000) {
            let history = SmallListHistory(seed: seed).history
            let isExplained = SmallListHistory.isExplained(history)
            if isExplained { explainedCount += 1 }
            #expect((Self.violation(of: history) == nil) == isExplained, "seed \(seed): \(history)")
        }
        print("\(explainedCount) histories are explained")
        #expect(TestRuns.givenSeed != nil || explainedCount > 100)
    }

    @Test func `two thousand transactions are checked`() {
        var lists = ReferenceLists(seed: 7, lists: 20, clients: 10)
        lists.run(transactions: 2_000)
        #expect(Self.violation(of: lists.history) == nil)
    }
}
