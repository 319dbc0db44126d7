import Khepri
import RaftCore
import RaftRuntime

/// Clients of a simulated cluster: each makes one call after the other, at any member.
final class ClusterClients {
    private struct Open {
        let client: Int
        let member: Int
        let call: ClientCall
        var seen: RegisterCall
    }

    private(set) var history: [RegisterCall] = []
    private(set) var checks = ClientChecks()
    private let plan: ClusterPlan
    private let clock: SimulatedClock
    private let executor: SingleThreadExecutor
    private let answers = Lock<[(number: UInt64, answer: ClientCall.Answer)]>([])
    private var open: [UInt64: Open] = [:]
    private var nextNumber: UInt64 = 1
    /// The last write of each client that was carried out.
    private var lastWrites: [Int: (key: Int, revision: Revision)] = [:]
    /// Clients that have not had a write carried out since all was healed; nil before.
    private var unsatisfied: Set<Int>?

    init(_ plan: ClusterPlan, clock: SimulatedClock, executor: SingleThreadExecutor) {
        self.plan = plan
        self.clock = clock
        self.executor = executor
    }

    var openCount: Int { open.count }

    /// From here on each client calls until one write of its own is carried out.
    func beginLastRound() { unsatisfied = Set(0..<plan.clientCount) }

    var isLastRoundDone: Bool { unsatisfied?.isEmpty == true && open.isEmpty }

    /// Lets a client call a member.
    func begin(_ client: Int, at member: ClusterMember, _ random: inout SeededRandom) {
        guard let store = member.store else { return }
        let number = nextNumber
        nextNumber += 1
        var key = random.number(below: plan.keyCount)
        let call = choose(client, &key, store, &random)
        let now = clock.now().nanoseconds
        let seen = RegisterCall(
            key: key, operation: call.operation(writing: number), outcome: .unknown, start: now,
            end: now)
        open[number] = Open(client: client, member: member.number, call: call, seen: seen)
        if case .delete = call { checks.noteDeletionBegins(key) }
        let planted = planted(call)
        let isRepeated = plan.plant == .repeatedWrite && call.isWrite
        _ = Task(executorPreference: executor) { [answers, key] in
            if isRepeated { _ = await planted.answer(of: store, key, writing: number) }
            let answer = await planted.answer(of: store, key, writing: number)
            answers.withLock { $0.append((number, answer)) }
        }
    }

    private func choose(
        _ client: Int, _ key: inout Int, _ store: TreeStore, _ random: inout SeededRandom
    ) -> ClientCall {
        guard unsatisfied == nil else { return .put }
        switch random.number(below: 20) {
        case 0..<5: return .read(.linearizable)
        case 5..<8:
            guard let last = lastWrites[client] else { return .read(.local) }
            key = last.key
            return .read(.atLeast(last.revision))
        case 8: return .read(.local)
        case 9: return .readPair
        case 10..<14: return .put
        case 14..<17:
            // What it holds here is a good guess.
            let expected = try? store.local.get(ClientCall.path(of: key), as: Int.self)
            return expected.map { .compareAndSwap(expected: $0) } ?? .create
        case 17: return .delete
        default: return .batch
        }
    }

    private func planted(_ call: ClientCall) -> ClientCall {
        switch (plan.plant, call) {
        case (.readWithoutRound, .read(.linearizable)), (.readWithoutRevision, .read(.atLeast)):
            .read(.local)
        default: call
        }
    }

    /// The process of a member is gone, and with it its answers.
    func abandon(member: Int) {
        let lost = open.filter { $0.value.member == member }.keys
        answers.withLock { answers in
            answers.removeAll { lost.contains($0.number) }
            for number in lost.sorted() { answers.append((number, .unknown)) }
        }
    }

    /// Takes the answers that have come; returns the clients that may call again.
    func settle(_ trace: inout ClusterTrace) -> [Int] {
        let arrived = answers.withLock { answers in
            defer { answers = [] }
            return answers
        }
        return arrived.compactMap { number, answer in
            guard var known = open.removeValue(forKey: number) else { return nil }
            known.seen.end = clock.now().nanoseconds
            record(number, answer, &known)
            trace.note(.answered, clock.now(), known.client, number, "\(answer)")
            guard let unsatisfied else { return known.client }
            return unsatisfied.contains(known.client) ? known.client : nil
        }
    }

    private func record(_ number: UInt64, _ answer: ClientCall.Answer, _ known: inout Open) {
        switch answer {
        case .found(let content, let revision): read(content, revision, &known)
        case .foundPair(let left, let right):
            if left != right { checks.fail("host\(known.member) shows one half of a batch") }
        case .done(let isDone, let revision):
            known.seen.outcome = .done(isDone)
            history.append(known.seen)
            guard isDone else { return checks.noteRefused(number, by: known.member) }
            unsatisfied?.remove(known.client)
            guard let revision else { return }
            lastWrites[known.client] = (known.seen.key, revision)
            if case .delete = known.call {
                checks.noteDeletionEnds(known.seen.key, at: revision)
            } else {
                checks.noteSeen(number, at: revision, by: known.member)
            }
        case .unknown:
            if known.call.isWrite { history.append(known.seen) }
        case .refused:
            guard known.call.isWrite else { return }
            checks.noteRefused(number, by: known.member)
            if case .delete = known.call { checks.noteDeletionEnds(known.seen.key, at: nil) }
        }
    }

    private func read(_ content: Int?, _ revision: Revision?, _ known: inout Open) {
        if let content, let revision {
            checks.noteSeen(UInt64(content), at: revision, by: known.member)
        }
        guard case .read(let consistency) = known.call else { return }
        switch consistency {
        case .linearizable:
            known.seen.outcome = .found(content)
            history.append(known.seen)
        case .atLeast(let own):
            checks.check(revision, of: known.seen.key, since: own, by: known.member)
        case .local: break
        }
    }
}

extension ClientCall {
    fileprivate var isWrite: Bool {
        switch self {
        case .read, .readPair: false
        case .put, .create, .compareAndSwap, .delete, .batch: true
        }
    }

    /// What the call does to a register.
    fileprivate func operation(writing number: UInt64) -> RegisterCall.Operation {
        switch self {
        case .read, .readPair: .read
        case .put, .batch: .write(Int(number))
        case .create: .compareAndSet(expected: nil, new: Int(number))
        case .compareAndSwap(let expected): .compareAndSet(expected: expected, new: Int(number))
        case .delete: .write(nil)
        }
    }
}
