import Khepri
import RaftCore
import RaftRuntime

/// Tenants of a simulated cluster: each takes a lease at some member, puts nodes under it at any member,
/// waits for the lock with it, and gives it back, or just goes, or loses it to what goes wrong.
final class ClusterTenants {
    /// A lease, and what its tenant has by it.
    private struct Holding {
        let number: Int
        let member: Int
        let group: GroupID
        let lease: Lease
        let start: Instant
        /// Whether it was taken after all was healed.
        let isLast: Bool
        var claim: LeaseCall.LockClaim?
        var nodeCount = 0
        var hasFenced = false
    }

    /// What a tenant does next.
    enum Step {
        /// It waits for an answer.
        case waits
        case comesAgain
        case ends
    }

    private enum Choice {
        case nothing, goAway
        case call(LeaseCall)
    }

    private struct Detail {
        let call: LeaseCall
        let lease: Int
        let start: Instant
    }

    /// A store on a member.
    private struct Place: Hashable {
        let member: Int
        let group: GroupID
    }

    /// The most nodes of a lease.
    private static let nodesMaximum = 6

    private let plan: ClusterPlan
    private let clock: SimulatedClock
    private let desk: CallDesk<Detail, LeaseCall.Answer>
    private var leases = LeaseChecker()
    private var locks = LockChecker()
    private var reigns = Reigns()
    /// What each tenant has, if it does.
    private var holdings: [Holding?]
    private var lastLease = 0
    /// The revision at which each store was looked at last.
    private var seen: [Place: Revision] = [:]
    /// What is kept although its tenant has gone: a bug on purpose.
    private var hoard: [Lease] = []

    init(_ plan: ClusterPlan, clock: SimulatedClock, executor: SingleThreadExecutor) {
        self.plan = plan
        self.clock = clock
        desk = CallDesk(executor: executor)
        holdings = Array(repeating: nil, count: plan.tenantCount)
    }

    /// The first thing that did not hold.
    var failure: String? { leases.failure ?? locks.failure }

    var openCount: Int { desk.openCount }

    /// From here on each tenant keeps one lease for more than its time to live, has the lock once, and goes.
    func beginLastRound() {
        desk.beginLastRound(of: plan.tenantCount)
        reigns.beginCalm(at: clock.now().nanoseconds)
    }

    var isLastRoundDone: Bool { desk.isLastRoundDone }

    // MARK: Calls

    /// Lets a tenant do something at one of the members.
    func act(
        _ tenant: Int, _ members: [ClusterMember], _ random: inout SeededRandom
    ) -> Step {
        let stores = members.flatMap { member in member.stores.map { (member.number, $0) } }
        if let holding = holdings[tenant],
            !holding.lease.isAlive || desk.isLastRound && !holding.isLast
        {
            leave(tenant)
        }
        guard let holding = holdings[tenant] else {
            guard !desk.isSatisfied(tenant) else { return .ends }
            guard !stores.isEmpty else { return .comesAgain }
            lastLease += 1
            let milliseconds = 1_000 + (desk.isLastRound ? 0 : random.number(below: 1_500))
            let (member, store) = stores[random.number(below: stores.count)]
            begin(
                .take(timeToLive: .milliseconds(milliseconds)), of: lastLease, tenant, member, store
            )
            return .waits
        }
        switch holding.isLast ? chooseLast(holding, &random) : choose(holding, &random) {
        case .nothing: return .comesAgain
        case .goAway:
            if holding.isLast { desk.noteWrite(by: tenant) }
            leave(tenant)
            return .comesAgain
        case .call(let call):
            // Only nodes may be put elsewhere.
            var places = stores.filter { $0.1.groupID == holding.group }
            if case .put = call {} else { places.removeAll { $0.0 != holding.member } }
            guard !places.isEmpty else { return .comesAgain }
            let (member, store) = places[random.number(below: places.count)]
            begin(call, of: holding.number, tenant, member, store)
            return .waits
        }
    }

    private func begin(
        _ call: LeaseCall, of lease: Int, _ tenant: Int, _ member: Int, _ store: TreeStore
    ) {
        switch call {
        case .put(_, let names): holdings[tenant]?.nodeCount += names.count
        case .release: holdings[tenant]?.claim = nil
        case .revoke:
            if holdings[tenant]?.isLast == true { desk.noteWrite(by: tenant) }
            leases.noteGivenUp(lease, at: clock.now().nanoseconds, isRevoked: true)
            holdings[tenant] = nil
        case .take, .acquire, .fence: break
        }
        let detail = Detail(call: call, lease: lease, start: clock.now())
        desk.begin(
            .init(
                number: desk.takeNumber(), client: tenant, member: member, group: store.groupID,
                detail: detail)
        ) { [plant = plan.plant] in
            await call.answer(of: store, plant)
        }
    }

    /// Nobody speaks for the lease of a tenant any more.
    private func leave(_ tenant: Int) {
        guard let holding = holdings[tenant] else { return }
        holdings[tenant] = nil
        leases.noteGivenUp(holding.number, at: clock.now().nanoseconds, isRevoked: false)
        if plan.plant == .hoardedLease { hoard.append(holding.lease) }
    }

    /// The process of a member is gone, and with it its leases and answers.
    func abandon(member: Int) {
        desk.abandon(member: member, answering: .unknown)
        for tenant in holdings.indices where holdings[tenant]?.member == member { leave(tenant) }
    }

    // MARK: Choices

    private func choose(_ holding: Holding, _ random: inout SeededRandom) -> Choice {
        if let claim = holding.claim, random.isOne(in: 2) {
            return .call(random.isOne(in: 3) ? .release(claim) : .fence(claim))
        }
        switch random.number(below: 16) {
        case 0..<5 where holding.nodeCount < Self.nodesMaximum: return put(holding, &random)
        case 5..<10 where holding.claim == nil: return .call(.acquire(holding.lease))
        case 10: return .goAway
        case 11: return .call(.revoke(holding.lease, number: holding.number))
        default: return .nothing
        }
    }

    private func chooseLast(_ holding: Holding, _ random: inout SeededRandom) -> Choice {
        if holding.nodeCount == 0 { return put(holding, &random) }
        if let claim = holding.claim {
            return .call(holding.hasFenced ? .release(claim) : .fence(claim))
        }
        if !holding.hasFenced { return .call(.acquire(holding.lease)) }
        let end = holding.start.advanced(by: holding.lease.timeToLive * 1.25)
        guard clock.now() > end else { return .nothing }
        return random.isOne(in: 2)
            ? .goAway : .call(.revoke(holding.lease, number: holding.number))
    }

    private func put(_ holding: Holding, _ random: inout SeededRandom) -> Choice {
        let names = (0...random.number(below: 3)).map {
            LeaseChecker.Name(lease: holding.number, place: holding.nodeCount + $0)
        }
        return .call(.put(holding.lease, names))
    }

    // MARK: Answers

    /// Takes the answers that have come; returns the tenants that may go on.
    func settle(_ trace: inout ClusterTrace) -> [Int] {
        var tenants: [Int] = []
        _ = desk.settle { call, answer in
            trace.note(
                .leased, clock.now(), call.client, call.number,
                "\(call.detail.lease) \(call.detail.call): \(answer)")
            record(call, answer)
            tenants.append(call.client)
        }
        return tenants
    }

    private func record(
        _ known: CallDesk<Detail, LeaseCall.Answer>.Call, _ answer: LeaseCall.Answer
    ) {
        let (tenant, number) = (known.client, known.detail.lease)
        let isCurrent = holdings[tenant]?.number == number
        switch (known.detail.call, answer) {
        case (.take, .taken(let lease)):
            leases.noteGrant(
                number, in: known.group, timeToLive: lease.timeToLive.nanoseconds,
                askedAt: known.detail.start.nanoseconds)
            holdings[tenant] = Holding(
                number: number, member: known.member, group: known.group, lease: lease,
                start: clock.now(), isLast: desk.isLastRound)
        case (.put(_, let names), .put(let revision)):
            leases.notePut(names, at: revision.rawValue)
        case (.put(let lease, _), .ended):
            leases.noteRefused(number, isAlive: isCurrent && lease.isAlive)
        case (.revoke, .revoked(let revision, let rest)):
            leases.noteRevoked(number, by: revision.rawValue, leaving: rest)
        case (.acquire, .acquired(let claim)) where isCurrent:
            let others = holdings.compactMap { $0 }.filter { $0.group == known.group }
                .compactMap(\.claim).filter { $0.isHeld() }
            locks.noteHold(
                claim.token.rawValue, in: known.group, isHeld: claim.isHeld(),
                others: others.map(\.token.rawValue).sorted())
            holdings[tenant]?.claim = claim
        case (_, .fenced(let token, let former)):
            locks.noteFence(token.rawValue, in: known.group, after: former.rawValue)
            if isCurrent { holdings[tenant]?.hasFenced = true }
        default: break
        }
    }

    // MARK: What is seen

    /// Looks at what a member's store shows, when that has changed or may be there too long.
    func attend(_ store: TreeStore, on member: ClusterMember) {
        guard plan.tenantCount > 0 else { return }
        let now = clock.now().nanoseconds
        let status = store.groupStatus
        let calmSince = reigns.calmSince(
            of: member.number, isLeader: status.role == .leader, term: status.term,
            in: store.groupID, now: now)
        let view = store.view
        let place = Place(member: member.number, group: store.groupID)
        guard
            seen.updateValue(view.revision, forKey: place) != view.revision
                || (calmSince != nil && !leases.lingering(in: store.groupID).isEmpty)
        else { return }
        let sight = LeaseChecker.Sight(
            group: store.groupID, member: member.number, revision: view.revision.rawValue,
            nodes: view.leasedNodes, now: now, calmSince: calmSince)
        leases.look(sight) { number in
            holdings.contains { $0.map { $0.number == number && $0.lease.isAlive } ?? false }
        }
    }

    /// Takes in all changes of a revision that a watcher was told.
    func noteTold(_ changes: [WatchMirror.Change], of group: GroupID) {
        let gone = changes.filter { $0.kind == .deleted }
            .compactMap { LeaseChecker.Name(path: $0.path) }
        guard let revision = changes.first?.revision, !gone.isEmpty else { return }
        leases.noteDeletions(gone, in: group, at: revision)
    }

    /// What is there of leases that have not been seen to end, in words; nil if nothing.
    func rest(in stores: [TreeStore]) -> String? {
        guard plan.tenantCount > 0 else { return nil }
        for store in stores {
            if let lease = leases.lingering(in: store.groupID).first {
                return "nodes of the lease \(lease) stay in \(store.name)"
            }
            if store.view.count(matching: LeaseCall.placesInLine) > 0 {
                return "the lock of \(store.name) stays with somebody"
            }
        }
        return nil
    }
}
