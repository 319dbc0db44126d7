import Khepri
import RaftCore
import RaftRuntime

/// Tenants of a simulated cluster: each takes a lease at some member, puts nodes under it, waits for the
/// lock with it, and gives it back, or just goes.
///
/// While a tenant believes in a lease, all its nodes are there, on every member that has come so far;
/// they vanish together; and when nobody believes in it any more, they go.
final class ClusterTenants {
    private struct Holding {
        let serial: Int
        let member: Int
        let store: TreeStore
        let lease: Lease
        /// When its nodes were put.
        let revision: Revision
        let start: Instant
        var claim: LeaseCall.LockClaim?
    }

    private struct Detail {
        let call: LeaseCall
        let serial: Int
        let store: TreeStore
    }

    private(set) var failure: String?
    private let plan: ClusterPlan
    private let clock: SimulatedClock
    private let desk: CallDesk<Detail, LeaseCall.Answer>
    /// What each tenant has, if it does.
    private var holdings: [Holding?]
    /// The greatest token that each store's lock was held with.
    private var lastTokens: [GroupID: Revision] = [:]
    private var lastSerial = 0
    private var lastRoundStart: Instant?

    init(_ plan: ClusterPlan, clock: SimulatedClock, executor: SingleThreadExecutor) {
        self.plan = plan
        self.clock = clock
        desk = CallDesk(executor: executor)
        holdings = Array(repeating: nil, count: plan.tenantCount)
    }

    var openCount: Int { desk.openCount }

    /// From here on each tenant wants one lease that lives longer than its time without a word.
    func beginLastRound() {
        lastRoundStart = clock.now()
        desk.beginLastRound(of: plan.tenantCount)
    }

    var isLastRoundDone: Bool { desk.isLastRoundDone }

    private func fail(_ message: String) { failure = failure ?? message }

    // MARK: Calls

    /// Lets a tenant do something.
    ///
    /// - Parameter member: Where it takes a lease if it has none.
    /// - Returns: Whether it waits for an answer; if not, it is to come again.
    func act(_ tenant: Int, at member: ClusterMember, _ random: inout SeededRandom) -> Bool {
        guard let holding = holdings[tenant] else { return take(tenant, at: member, &random) }
        guard holding.lease.isAlive else {
            holdings[tenant] = nil
            return false
        }
        if let lastRoundStart { return actLast(tenant, holding, since: lastRoundStart) }
        switch random.number(below: 16) {
        case 0: return revoke(tenant, holding)
        case 1:
            // Nobody speaks for it any more.
            holdings[tenant] = nil
            return false
        case 2..<6:
            if let claim = holding.claim {
                holdings[tenant]?.claim = nil
                return begin(.release(claim), tenant, holding)
            }
            return begin(.acquire(holding.lease), tenant, holding)
        default: return false
        }
    }

    /// Gives a lease back once it has lived for longer than without a word.
    private func actLast(_ tenant: Int, _ holding: Holding, since start: Instant) -> Bool {
        let end = max(start, holding.start).advanced(by: holding.lease.timeToLive * 1.25)
        return clock.now() < end ? false : revoke(tenant, holding)
    }

    private func revoke(_ tenant: Int, _ holding: Holding) -> Bool {
        holdings[tenant] = nil
        return begin(.revoke(holding.lease), tenant, holding)
    }

    private func take(
        _ tenant: Int, at member: ClusterMember, _ random: inout SeededRandom
    ) -> Bool {
        let stores = member.stores
        guard !stores.isEmpty else { return false }
        let store = stores[random.number(below: stores.count)]
        lastSerial += 1
        let milliseconds = 1_000 + (lastRoundStart == nil ? random.number(below: 1_500) : 0)
        begin(
            .take(timeToLive: .milliseconds(milliseconds)), tenant, lastSerial, store,
            at: member.number)
        return true
    }

    private func begin(_ call: LeaseCall, _ tenant: Int, _ holding: Holding) -> Bool {
        begin(call, tenant, holding.serial, holding.store, at: holding.member)
        return true
    }

    private func begin(
        _ call: LeaseCall, _ tenant: Int, _ serial: Int, _ store: TreeStore, at member: Int
    ) {
        let detail = Detail(call: call, serial: serial, store: store)
        desk.begin(
            .init(
                number: desk.takeNumber(), client: tenant, member: member,
                group: store.groupID, detail: detail)
        ) { [plant = plan.plant] in
            await call.answer(of: store, serial, plant)
        }
    }

    /// The process of a member is gone, and with it its leases and answers.
    func abandon(member: Int) {
        desk.abandon(member: member, answering: .unknown)
        for tenant in holdings.indices where holdings[tenant]?.member == member {
            holdings[tenant] = nil
        }
    }

    // MARK: Answers

    /// Takes the answers that have come; returns the tenants that may go on.
    func settle(_ trace: inout ClusterTrace) -> [Int] {
        desk.settle { call, answer in
            trace.note(
                .leased, clock.now(), call.client, call.number,
                "\(call.detail.serial) \(answer.words)")
            record(call, answer)
        }
    }

    private func record(
        _ known: CallDesk<Detail, LeaseCall.Answer>.Call, _ answer: LeaseCall.Answer
    ) {
        let tenant = known.client
        switch (known.detail.call, answer) {
        case (.take, .taken(let lease, let revision)):
            holdings[tenant] = Holding(
                serial: known.detail.serial, member: known.member, store: known.detail.store,
                lease: lease, revision: revision, start: clock.now())
        case (.acquire, .acquired(let claim)):
            check(claim, of: known.detail.serial, in: known.group)
            holdings[tenant]?.claim = claim
        case (.revoke, .done):
            checkRevoked(known.detail.serial, known.detail.store, known.member)
            desk.noteWrite(by: tenant)
        default: break
        }
    }

    /// At this moment nobody else holds the lock, and nobody ever did with as great a token.
    private func check(_ claim: LeaseCall.LockClaim, of serial: Int, in group: GroupID) {
        guard claim.isHeld() else { return }
        for other in holdings.compactMap({ $0 }) where other.store.groupID == group {
            guard other.claim?.isHeld() == true else { continue }
            fail("the lock is held by two, with the leases \(serial) and \(other.serial)")
        }
        if let last = lastTokens[group], claim.token <= last {
            fail("the lock is held with the token \(claim.token.rawValue) after \(last.rawValue)")
        }
        lastTokens[group] = claim.token
    }

    private func checkRevoked(_ serial: Int, _ store: TreeStore, _ member: Int) {
        guard counts(in: store)[serial] != nil else { return }
        fail("the lease \(serial) was given back at host\(member), and its nodes are there")
    }

    // MARK: Looking

    /// Now and then compares the nodes of a member's store with what the tenants believe.
    func attend(_ store: TreeStore, on member: ClusterMember, _ random: inout SeededRandom) {
        guard plan.tenantCount > 0, random.isOne(in: 8) else { return }
        let counts = counts(in: store)
        for (serial, count) in counts where count != LeaseCall.nodeCount {
            fail("\(member.name) shows \(count) of the nodes of the lease \(serial)")
        }
        let revision = store.local.revision
        for holding in holdings.compactMap({ $0 })
        where holding.store.groupID == store.groupID && holding.revision <= revision {
            guard counts[holding.serial] == nil, holding.lease.isAlive else { continue }
            fail(
                "the nodes of the lease \(holding.serial) are gone on \(member.name), while its "
                    + "holder at host\(holding.member) believes in it")
        }
    }

    /// How many nodes of each lease are there.
    private func counts(in store: TreeStore) -> [Int: Int] {
        do {
            let nodes = try store.view.nodes(matching: LeaseCall.nodes, as: Int.self)
            return Dictionary(nodes.map { ($0.value ?? 0, 1) }, uniquingKeysWith: +)
        } catch {
            fail("the nodes of leases cannot be read: \(error)")
            return [:]
        }
    }

    /// What is there for leases that nobody has any more, in words; nil if nothing.
    func rest(in stores: [TreeStore]) -> String? {
        guard plan.tenantCount > 0 else { return nil }
        for store in stores {
            let held = Set(
                holdings.compactMap { $0 }.filter { $0.store.groupID == store.groupID }
                    .map(\.serial))
            if let serial = counts(in: store).keys.sorted().first(where: { !held.contains($0) }) {
                return "nodes of the lease \(serial) stay in \(store.name)"
            }
            if held.isEmpty, store.view.count(matching: LeaseCall.placesInLine) > 0 {
                return "the lock of \(store.name) stays with nobody"
            }
        }
        return nil
    }
}

extension LeaseCall.Answer {
    /// What came of it, without what differs between two runs of the same.
    fileprivate var words: String {
        switch self {
        case .taken(_, let revision): "taken at \(revision.rawValue)"
        case .acquired(let claim): "acquired with \(claim.token.rawValue)"
        case .done: "done"
        case .unknown: "unknown"
        }
    }
}
