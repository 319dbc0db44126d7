import Khepri
import RaftCore
import RaftRuntime

/// Clients of a simulated cluster whose calls are transactions: some move money between accounts, which
/// neither makes nor loses any, some append numbers to lists, which tells in which order they happened.
final class ClusterTransactions {
    private struct Detail {
        let call: TransactionCall
        let start: UInt64
    }

    /// After so many appends, others are appended to.
    private static let appendsPerList = 16
    /// How many lists are appended to at a time.
    private static let openListCount = 3

    private(set) var failure: String?
    private let plan: ClusterPlan
    private let clock: SimulatedClock
    private let desk: CallDesk<Detail, TransactionCall.Answer>
    private var histories: [GroupID: [ListTransaction]] = [:]
    /// How many appends to lists of each store were begun.
    private var appendCounts: [GroupID: Int] = [:]

    init(_ plan: ClusterPlan, clock: SimulatedClock, executor: SingleThreadExecutor) {
        self.plan = plan
        self.clock = clock
        desk = CallDesk(executor: executor)
    }

    var openCount: Int { desk.openCount }

    func beginLastRound() { desk.beginLastRound(of: plan.transactorCount) }

    var isLastRoundDone: Bool { desk.isLastRoundDone }

    private func fail(_ message: String) { failure = failure ?? message }

    // MARK: Calls

    /// Lets a client call a member.
    func begin(_ client: Int, at member: ClusterMember, _ random: inout SeededRandom) {
        let stores = member.stores
        guard !stores.isEmpty else { return }
        let store = stores[random.number(below: stores.count)]
        let call = choose(store.groupID, &random)
        let number = desk.takeNumber()
        desk.begin(
            .init(
                number: number, client: client, member: member.number, group: store.groupID,
                detail: Detail(call: call, start: clock.now().nanoseconds))
        ) { [defect] in
            await call.answer(of: store, writing: number, defect)
        }
    }

    private var defect: TransactionCall.Defect? {
        switch plan.plant {
        case .transactionWithoutGuard: .looksOutside
        case .transactionWithoutRound: .isStale
        case .mistakenVersion: .mistakesVersions
        case .repeatedProcedure: .callsTwice
        default: nil
        }
    }

    private func choose(
        _ group: GroupID, _ random: inout SeededRandom
    ) -> TransactionCall {
        let consistency = random.isOne(in: 2) ? ReadConsistency.linearizable : .local
        switch desk.isLastRound ? 0 : random.number(below: 12) {
        case 0..<4:
            let (source, target) = random.twoNumbers(below: TransactionCall.accountCount)
            let amount = 1 + random.number(below: 60)
            return mayBeProcedure(
                .transfer(from: source, to: target, amount: amount), &random)
        case 4, 5: return .audit(consistency)
        case 6..<10:
            let (list, other) = lists(of: group, &random)
            appendCounts[group, default: 0] += 1
            return mayBeProcedure(
                .append(to: list, seeing: other, isToBoth: random.isOne(in: 4)), &random)
        default:
            let (list, other) = lists(of: group, &random)
            return .read(list, other, consistency)
        }
    }

    private func mayBeProcedure(
        _ call: TransactionCall, _ random: inout SeededRandom
    ) -> TransactionCall {
        random.isOne(in: 2) ? .procedure(call, ProcedureChoice(&random)) : call
    }

    /// Two of the lists that are appended to.
    private func lists(of group: GroupID, _ random: inout SeededRandom) -> (Int, Int) {
        let first = appendCounts[group, default: 0] / Self.appendsPerList
        let (one, other) = random.twoNumbers(below: Self.openListCount)
        return (first + one, first + other)
    }

    /// The process of a member is gone, and with it its answers.
    func abandon(member: Int) { desk.abandon(member: member, answering: .unknown) }

    // MARK: Answers

    /// Takes the answers that have come; returns the clients that may call again.
    func settle(_ trace: inout ClusterTrace) -> [Int] {
        desk.settle { call, answer in
            trace.note(
                .transacted, clock.now(), call.client, call.number,
                "\(call.detail.call) \(answer)")
            record(call, answer)
        }
    }

    private func record(
        _ call: CallDesk<Detail, TransactionCall.Answer>.Call, _ answer: TransactionCall.Answer
    ) {
        func note(
            _ steps: [ListTransaction.Step], _ outcome: ListTransaction.Outcome,
            isFresh: Bool = true
        ) {
            guard !steps.isEmpty else { return }
            histories[call.group, default: []].append(
                ListTransaction(
                    steps, outcome, start: call.detail.start, end: clock.now().nanoseconds,
                    isFresh: isFresh))
        }
        switch answer {
        case .balances(let balances): check(balances, "host\(call.member)")
        case .steps(let steps):
            var isFresh = true
            if case .read(_, _, .local) = call.detail.call { isFresh = false }
            note(steps, .committed, isFresh: isFresh)
        case .done: desk.noteWrite(by: call.client)
        case .wrong(let words): fail("on host\(call.member) \(words)")
        case .unknown: note(call.detail.call.appended(by: call.number), .unknown)
        case .refused: note(call.detail.call.appended(by: call.number), .refused)
        }
    }

    /// Money is neither made nor lost, and nobody owes any.
    private func check(_ balances: [Int], _ place: String) {
        let sum = TransactionCall.accountCount * TransactionCall.firstBalance
        guard balances.reduce(0, +) != sum || balances.contains(where: { $0 < 0 }) else { return }
        fail("\(place) shows accounts with \(balances) in them, \(sum) in all were expected")
    }

    // MARK: The end

    /// Checks the histories of all stores, of those that are left with what is in them.
    func checkRest(_ stores: [TreeStore]) throws {
        for store in stores {
            let view = store.view
            check(
                try (0..<TransactionCall.accountCount).map {
                    try view.get(TransactionCall.account($0)) ?? TransactionCall.firstBalance
                }, "in the end \(store.name)")
            let begun = appendCounts[store.groupID, default: 0] / Self.appendsPerList
            let now = clock.now().nanoseconds
            histories[store.groupID, default: []].append(
                ListTransaction(
                    try (0..<begun + Self.openListCount).map {
                        .read(try view.numbers(in: $0), of: $0)
                    }, start: now, end: now))
        }
        for (_, history) in histories.sorted(by: { $0.key < $1.key }) {
            do {
                try ListHistoryChecker.check(history)
            } catch {
                fail(error.description)
            }
        }
    }
}

extension SeededRandom {
    /// Two different numbers from 0 to below a bound.
    fileprivate mutating func twoNumbers(below bound: Int) -> (Int, Int) {
        let one = number(below: bound)
        return (one, (one + 1 + number(below: bound - 1)) % bound)
    }
}
