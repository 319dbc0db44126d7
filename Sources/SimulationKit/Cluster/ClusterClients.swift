import RaftCore
import RaftRuntime

/// Clients of a simulated cluster: each makes one call after the other, at any member.
final class ClusterClients {
    private enum Answer: Sendable {
        case write(ProposalOutcome<Bool>)
        /// What a read found, nil inside if the register is empty; nil if it failed.
        case read(Int??)
    }

    private struct Open {
        let client: Int
        let member: Int
        var call: RegisterCall
    }

    private(set) var history: [RegisterCall] = []
    private let plan: ClusterPlan
    private let clock: SimulatedClock
    private let checks: ClusterChecks
    private let executor = SingleThreadExecutor()
    private let answers = Lock<[(number: UInt64, answer: Answer)]>([])
    private var open: [UInt64: Open] = [:]
    private var nextNumber: UInt64 = 1
    /// Clients that have not had a write carried out since all was healed; nil before.
    private var unsatisfied: Set<Int>?

    init(_ plan: ClusterPlan, clock: SimulatedClock, checks: ClusterChecks) {
        self.plan = plan
        self.clock = clock
        self.checks = checks
    }

    var openCount: Int { open.count }

    /// From here on each client calls until one write of its own is carried out.
    func beginLastRound() { unsatisfied = Set(0..<plan.clientCount) }

    var isLastRoundDone: Bool { unsatisfied?.isEmpty == true && open.isEmpty }

    /// Lets a client call a member.
    func begin(_ client: Int, at member: ClusterMember, _ random: inout SeededRandom) {
        guard let process = member.process, let group = process.group else { return }
        let number = nextNumber
        nextNumber += 1
        let key = random.number(below: plan.keyCount)
        let isRead = unsatisfied == nil && random.isOne(in: 2)
        var call = RegisterCall(
            key: key, operation: .read, outcome: .unknown, start: clock.now().nanoseconds,
            end: clock.now().nanoseconds)
        if isRead {
            read(number, key, group)
        } else {
            let new = Int(number)
            var command = RegisterMachine.Command(number: number, key: key, new: new)
            call.operation = .write(new)
            if unsatisfied == nil, random.isOne(in: 3) {
                // What it holds here is a good guess.
                let expected = group.machine.content(of: key)
                command.expected = expected.map { .content($0) } ?? .empty
                call.operation = .compareAndSet(expected: expected, new: new)
            }
            write(number, command, group)
        }
        open[number] = Open(client: client, member: member.number, call: call)
    }

    private func read(_ number: UInt64, _ key: Int, _ group: RaftGroup<RegisterMachine>) {
        if plan.plant == .readWithoutRound {
            let content = group.machine.content(of: key)
            return answers.withLock { $0.append((number, .read(.some(content)))) }
        }
        _ = Task(executorPreference: executor) { [answers] in
            let outcome = await group.linearize()
            let found: Int?? =
                if case .success = outcome { .some(group.machine.content(of: key)) } else { nil }
            answers.withLock { $0.append((number, .read(found))) }
        }
    }

    private func write(
        _ number: UInt64, _ command: RegisterMachine.Command, _ group: RaftGroup<RegisterMachine>
    ) {
        group.propose(command.bytes) { [answers] outcome in
            answers.withLock { $0.append((number, .write(outcome))) }
        }
    }

    /// Asks for another leader.
    func transfer(from member: ClusterMember) {
        guard let group = member.process?.group else { return }
        _ = Task(executorPreference: executor) { _ = await group.transferLeadership() }
    }

    /// The process of a member is gone, and with it its answers.
    func abandon(member: Int) {
        for number in open.keys.sorted() where open[number]?.member == member {
            answers.withLock { answers in
                answers.removeAll { $0.number == number }
                let answer: Answer =
                    open[number]?.call.operation == .read
                    ? .read(nil) : .write(.unknown(.shuttingDown))
                answers.append((number, answer))
            }
        }
    }

    /// Takes the answers that have come; returns the clients that may call again.
    func settle(_ trace: inout ClusterTrace) -> [Int] {
        while executor.runNext() {}
        let arrived = answers.withLock { answers in
            defer { answers = [] }
            return answers
        }
        return arrived.compactMap { number, answer in
            guard var known = open.removeValue(forKey: number) else { return nil }
            known.call.end = clock.now().nanoseconds
            record(number, answer, &known)
            trace.note(.answered, clock.now(), known.client, number, "\(known.call.outcome)")
            guard let unsatisfied else { return known.client }
            return unsatisfied.contains(known.client) ? known.client : nil
        }
    }

    private func record(_ number: UInt64, _ answer: Answer, _ known: inout Open) {
        switch answer {
        case .read(nil): return
        case .read(.some(let content)): known.call.outcome = .found(content)
        case .write(.committed(let index, let isDone)):
            known.call.outcome = .done(isDone)
            checks.noteAcknowledged(number, at: index)
            unsatisfied?.remove(known.client)
        case .write(.rejected): return checks.noteRejected(number)
        case .write(.unknown): break
        }
        history.append(known.call)
    }
}
