import RaftCore
import RaftRuntime

/// Calls of some clients that are under way, each at a member, and the answers that have come.
final class CallDesk<Detail, Answer: Sendable> {
    struct Call {
        let number: UInt64
        let client: Int
        let member: Int
        let group: GroupID
        var detail: Detail
    }

    private let executor: SingleThreadExecutor
    private let answers = Lock<[(number: UInt64, answer: Answer)]>([])
    private var open: [UInt64: Call] = [:]
    private var nextNumber: UInt64 = 1
    /// Clients that have not had a write carried out since all was healed; nil before.
    private var unsatisfied: Set<Int>?

    init(executor: SingleThreadExecutor) { self.executor = executor }

    var openCount: Int { open.count }

    // MARK: The last round

    /// From here on each client calls until one write of its own is carried out.
    func beginLastRound(of clientCount: Int) { unsatisfied = Set(0..<clientCount) }

    var isLastRound: Bool { unsatisfied != nil }

    var isLastRoundDone: Bool { unsatisfied?.isEmpty == true && open.isEmpty }

    /// A write of a client was carried out.
    func noteWrite(by client: Int) { unsatisfied?.remove(client) }

    /// Whether a client need not call any more.
    func isSatisfied(_ client: Int) -> Bool { unsatisfied.map { !$0.contains(client) } ?? false }

    // MARK: Calls

    /// Gives out the number of the next call.
    func takeNumber() -> UInt64 {
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// Begins a call.
    func begin(_ call: Call, _ answer: @escaping @Sendable () async -> Answer) {
        open[call.number] = call
        _ = Task(executorPreference: executor) { [answers, number = call.number] in
            let answer = await answer()
            answers.withLock { $0.append((number, answer)) }
        }
    }

    /// The process of a member is gone, and with it its answers.
    func abandon(member: Int, answering answer: Answer) {
        let lost = open.filter { $0.value.member == member }.keys
        answers.withLock { answers in
            answers.removeAll { lost.contains($0.number) }
            for number in lost.sorted() { answers.append((number, answer)) }
        }
    }

    /// Hands on the calls that were answered since the last time; returns the clients that may call again.
    func settle(_ record: (Call, Answer) -> Void) -> [Int] {
        let arrived = answers.withLock { answers in
            defer { answers = [] }
            return answers
        }
        let settled = arrived.compactMap { number, answer in
            open.removeValue(forKey: number).map { ($0, answer) }
        }
        return settled.compactMap { call, answer in
            record(call, answer)
            return isSatisfied(call.client) ? nil : call.client
        }
    }
}
