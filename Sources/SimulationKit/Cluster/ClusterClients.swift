import Khepri
import RaftCore
import RaftRuntime

/// Clients of a simulated cluster: each makes one call after the other, at any member.
final class ClusterClients {
    private struct Detail {
        let call: ClientCall
        var seen: RegisterCall
    }

    private typealias Desk = CallDesk<Detail, ClientCall.Answer>

    private(set) var history: [RegisterCall] = []
    private(set) var checks = ClientChecks()
    private let plan: ClusterPlan
    private let clock: SimulatedClock
    private let desk: Desk
    /// The last write of each client that was carried out.
    private var lastWrites: [Int: (group: GroupID, register: Int, revision: Revision)] = [:]
    /// The number of each store, with which its registers begin.
    private var places: [GroupID: Int] = [:]
    /// How often clients were told that a counter counts, and how often nobody knows.
    private var counts: [GroupID: (done: Int, unknown: Int)] = [:]

    init(_ plan: ClusterPlan, clock: SimulatedClock, executor: SingleThreadExecutor) {
        self.plan = plan
        self.clock = clock
        desk = CallDesk(executor: executor)
    }

    var openCount: Int { desk.openCount }

    /// From here on each client calls until one write of its own is carried out.
    func beginLastRound() { desk.beginLastRound(of: plan.clientCount) }

    var isLastRoundDone: Bool { desk.isLastRoundDone }

    /// Lets a client call a member.
    func begin(_ client: Int, at member: ClusterMember, _ random: inout SeededRandom) {
        let stores = member.stores
        guard !stores.isEmpty else { return }
        let store = stores[random.number(below: stores.count)]
        let group = store.groupID
        let number = desk.takeNumber()
        var register = random.number(below: plan.keyCount)
        let call = choose(client, &register, store, &random)
        let now = clock.now().nanoseconds
        let seen = RegisterCall(
            key: key(of: register, in: group), operation: call.operation(writing: number),
            outcome: .unknown, start: now, end: now)
        if case .delete = call { checks.noteDeletionBegins(seen.key) }
        let planted = planted(call)
        let isRepeated = isRepeated(call)
        desk.begin(
            .init(
                number: number, client: client, member: member.number, group: group,
                detail: Detail(call: call, seen: seen))
        ) { [register] in
            if isRepeated { _ = await planted.answer(of: store, register, writing: number) }
            return await planted.answer(of: store, register, writing: number)
        }
    }

    /// What tells a register from those of all stores.
    private func key(of register: Int, in group: GroupID) -> Int {
        let place = places[group] ?? places.count
        places[group] = place
        return place * (plan.keyCount + 1) + register
    }

    /// The register of which the payload version counts.
    private var counter: Int { plan.keyCount }

    private func choose(
        _ client: Int, _ register: inout Int, _ store: TreeStore, _ random: inout SeededRandom
    ) -> ClientCall {
        guard !desk.isLastRound else { return .put }
        switch random.number(below: 22) {
        case 20, 21:
            register = counter
            return random.isOne(in: 3) ? .read(.linearizable) : .count
        case 0..<5: return .read(.linearizable)
        case 5..<8:
            guard let last = lastWrites[client], last.group == store.groupID else {
                return .read(.local)
            }
            register = last.register
            return .read(.atLeast(last.revision))
        case 8: return .read(.local)
        case 9: return .readPair
        case 10..<14: return .put
        case 14..<17:
            // What it holds here is a good guess.
            let expected = try? store.local.get(ClientCall.path(of: register), as: Int.self)
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

    /// Whether a bug on purpose makes a call twice.
    private func isRepeated(_ call: ClientCall) -> Bool {
        if case .count = call { return plan.plant == .repeatedCount }
        return plan.plant == .repeatedWrite && call.isWrite
    }

    /// The process of a member is gone, and with it its answers.
    func abandon(member: Int) { desk.abandon(member: member, answering: .unknown) }

    /// Takes the answers that have come.
    ///
    /// - Parameter noteWrite: Told of each write that was answered with its revision.
    /// - Returns: The clients that may call again.
    func settle(
        _ trace: inout ClusterTrace,
        noteWrite: (_ group: GroupID, _ revision: Revision, _ member: Int, _ isDeletion: Bool)
            -> Void
    ) -> [Int] {
        desk.settle { call, answer in
            var call = call
            call.detail.seen.end = clock.now().nanoseconds
            record(answer, call)
            if case .done(true, let revision?) = answer {
                noteWrite(call.group, revision, call.member, call.detail.call.isDeletion)
            }
            trace.note(.answered, clock.now(), call.client, call.number, "\(answer)")
        }
    }

    private func record(_ answer: ClientCall.Answer, _ known: Desk.Call) {
        let (call, key) = (known.detail.call, known.detail.seen.key)
        switch answer {
        case .found(let content, let revision): read(content, revision, known)
        case .foundPair(let left, let right):
            if left != right { checks.fail("host\(known.member) shows one half of a batch") }
        case .done(let isDone, let revision):
            note(.done(isDone), of: known)
            guard isDone else { return checks.noteRefused(known.number, by: known.member) }
            if case .count = call { counts[known.group, default: (0, 0)].done += 1 }
            desk.noteWrite(by: known.client)
            guard let revision else { return }
            let register = key % (plan.keyCount + 1)
            lastWrites[known.client] = (known.group, register, revision)
            if case .delete = call {
                checks.noteDeletionEnds(key, at: revision)
            } else {
                checks.noteSeen(known.number, at: revision, by: known.member)
            }
        case .unknown:
            if call.isWrite { note(.unknown, of: known) }
            if case .count = call { counts[known.group, default: (0, 0)].unknown += 1 }
        case .refused:
            guard call.isWrite else { return }
            checks.noteRefused(known.number, by: known.member)
            if case .delete = call { checks.noteDeletionEnds(key, at: nil) }
        }
    }

    private func note(_ outcome: RegisterCall.Outcome, of known: Desk.Call) {
        var seen = known.detail.seen
        seen.outcome = outcome
        history.append(seen)
    }

    private func read(_ content: Int?, _ revision: Revision?, _ known: Desk.Call) {
        if let content, let revision {
            checks.noteSeen(UInt64(content), at: revision, by: known.member)
        }
        guard case .read(let consistency) = known.detail.call else { return }
        switch consistency {
        case .linearizable: note(.found(content), of: known)
        case .atLeast(let own):
            checks.check(revision, of: known.detail.seen.key, since: own, by: known.member)
        case .local: break
        }
    }
}

extension ClusterClients {
    /// A watcher was told that a number is written.
    func noteTold(_ number: UInt64, at revision: Revision, by member: Int) {
        checks.noteSeen(number, at: revision, by: member)
    }

    /// Whoever was told that the counter counts is in it once, and nobody else but who does not know.
    func checkCounter(of store: TreeStore) {
        let count = counts[store.groupID] ?? (0, 0)
        let path = ClientCall.path(of: counter)
        let version = (try? store.view.node(at: path, as: Int.self))?.payloadVersion ?? 0
        let found = Int(version)
        let isExplained = found % 2 == 0 && (count.done...count.done + count.unknown) ~= found / 2
        guard !isExplained else { return }
        checks.fail(
            "the counter of \(store.name) is at version \(found) after \(count.done) writes and "
                + "\(count.unknown) more that may have been applied")
    }
}

extension ClientCall {
    /// Whether it may be carried out without a change, as there is nothing to delete.
    fileprivate var isDeletion: Bool {
        if case .delete = self { true } else { false }
    }

    fileprivate var isWrite: Bool {
        switch self {
        case .read, .readPair: false
        case .put, .create, .compareAndSwap, .delete, .batch, .count: true
        }
    }

    /// What the call does to a register.
    fileprivate func operation(writing number: UInt64) -> RegisterCall.Operation {
        switch self {
        case .read, .readPair: .read
        case .put, .batch, .count: .write(Int(number))
        case .create: .compareAndSet(expected: nil, new: Int(number))
        case .compareAndSwap(let expected): .compareAndSet(expected: expected, new: Int(number))
        case .delete: .write(nil)
        }
    }
}
