import Khepri
import RaftCore
import RaftRuntime

/// One run of a simulated cluster: whole stores, clients and faults in virtual time, in one thread.
///
/// The same plan makes the same run, event for event.
package final class ClusterRun {
    enum Event {
        case delivery(SimulatedNetwork.Delivery)
        case drain(member: Int)
        case call(client: Int)
        case transact(client: Int)
        case lease(tenant: Int)
        case fault
        case steward
        case watch(Int)
        /// What a fault began ends.
        case repair(ClusterRepair)
    }

    /// How long healed members may take to agree.
    static let convergence = Duration.seconds(60)
    /// How many events healed members may take to agree.
    static let convergenceEventsMaximum = 200_000

    let plan: ClusterPlan
    let clock = SimulatedClock()
    let network: SimulatedNetwork
    let executor = SingleThreadExecutor()
    let witness = ConsensusWitness()
    let clients: ClusterClients
    let transactions: ClusterTransactions
    let tenants: ClusterTenants
    let triggers: ClusterTriggers
    let projections: ClusterProjections
    let steward: ClusterSteward
    let keeper: StoreKeeper
    let watchers: ClusterWatchers
    var members: [ClusterMember] = []
    var random: SeededRandom
    var queue = EventQueue<Event>()
    var trace: ClusterTrace
    /// Whether clients call and things go wrong.
    var hasBegun = false
    var isHealed = false
    var weather = NetworkWeather.fair
    var invitation: Cluster.Invitation?
    private var ownFailure: String?

    package init(_ plan: ClusterPlan, keepsTrace: Bool = false) {
        self.plan = plan
        random = SeededRandom(seed: plan.seed)
        network = SimulatedNetwork(seed: random.next(), clock: clock) { [witness] envelope in
            witness.sent(envelope)
            return envelope
        }
        trace = ClusterTrace(isKept: keepsTrace)
        clients = ClusterClients(plan, clock: clock, executor: executor)
        transactions = ClusterTransactions(plan, clock: clock, executor: executor)
        tenants = ClusterTenants(plan, clock: clock, executor: executor)
        triggers = ClusterTriggers(plan, executor: executor)
        projections = ClusterProjections(plan, executor: executor)
        steward = ClusterSteward(executor: executor)
        keeper = StoreKeeper(executor: executor)
        watchers = ClusterWatchers(plan, executor: executor)
    }

    /// The first thing that did not hold.
    var failure: String? {
        ownFailure ?? clients.checks.failure ?? transactions.failure ?? tenants.failure
            ?? triggers.failure ?? projections.failure ?? watchers.failure ?? witness.failure
    }

    func fail(_ message: String) { ownFailure = ownFailure ?? message }

    /// Runs to the end, or to the first thing that does not hold.
    package func run() -> ClusterReport {
        found()
        if failure == nil { work() }
        if failure == nil { converge() }
        if failure == nil { checkRest() }
        for member in members { bury(member.end(cuttingPower: false, &random)) }
        // What tasks still have is free when they have ended.
        while executor.runNext() {}
        return ClusterReport(
            plan: plan, failure: failure, eventCount: trace.eventCount,
            callCount: clients.history.count, traceDigest: trace.digest, trace: trace.text)
    }

    // MARK: Phases

    /// One host founds the cluster, and the others join it.
    func found() {
        for number in 0..<plan.memberCount {
            let rate = chosenClockRate(of: number)
            let memberClock = MemberClock(clock, ratePerThousand: rate)
            members.append(
                ClusterMember(
                    number: number, isVoter: number < plan.memberCount - plan.learnerCount,
                    clock: memberClock, seed: random.next()))
        }
        start(members[0])
        queue.add(.steward, at: clock.now())
        step { [self] in
            if invitation == nil, let founder = members[0].store {
                invitation = founder.cluster.invitation
                for member in members.dropFirst() { start(member) }
            }
            return isWhole
        }
        hasBegun = true
        weather = chosenWeather()
        network.setWeather(weather)
        for client in 0..<plan.clientCount { queue.add(.call(client: client), at: clock.now()) }
        for client in 0..<plan.transactorCount {
            queue.add(.transact(client: client), at: clock.now())
        }
        for tenant in 0..<plan.tenantCount { queue.add(.lease(tenant: tenant), at: clock.now()) }
        watchers.settleDown(&random)
        for watcher in 0..<watchers.count { queue.add(.watch(watcher), at: clock.now()) }
        if !plan.faults.isEmpty { queue.add(.fault, at: clock.now()) }
    }

    private func work() {
        let end = trace.eventCount + plan.eventsMaximum
        while trace.eventCount < end, failure == nil { step() }
    }

    /// Heals everything, and demands that all members are there and agree, and that calls succeed.
    private func converge() {
        isHealed = true
        network.heal()
        for member in members {
            member.disk.setCapacity(nil)
            resume(member)
            if member.process == nil { start(member) }
        }
        clients.beginLastRound()
        transactions.beginLastRound()
        tenants.beginLastRound()
        triggers.mend()
        step { [self] in
            clients.isLastRoundDone && transactions.isLastRoundDone && tenants.isLastRoundDone
                && isWhole && isLevel && restOfWork == nil
        }
    }

    /// Takes steps until something holds.
    ///
    /// - Returns: False if it does not come about within a time.
    func step(within limit: Duration, until isDone: () -> Bool) -> Bool {
        let deadline = clock.now().advanced(by: limit)
        let eventsMaximum = trace.eventCount + Self.convergenceEventsMaximum
        while failure == nil, trace.eventCount < eventsMaximum,
            queue.firstTime.map({ $0 <= deadline }) == true
        {
            step()
            if isDone() { return true }
        }
        return false
    }

    /// Takes steps until something holds, which must come about in time.
    private func step(until isDone: () -> Bool) {
        guard !step(within: Self.convergence, until: isDone), failure == nil else { return }
        let states = members.map(\.summary).joined(separator: "; ")
        fail(
            "the cluster does not come to rest: \(states); open calls \(clients.openCount), "
                + "transactions \(transactions.openCount), of leases \(tenants.openCount)"
                + "\(restOfWork.map { "; \($0)" } ?? ""); "
                + watchers.summary
        )
    }

    /// What tenants and the trigger still wait for, in words.
    private var restOfWork: String? { tenants.rest(in: members[0].stores) ?? triggers.rest }

    /// What can be checked only when all is over.
    private func checkRest() {
        do {
            try LinearizabilityChecker.check(clients.history)
            try transactions.checkRest(members[0].stores)
        } catch {
            fail("\(error)")
        }
        for group in witness.deletedGroups where !keeper.mayBeDeleted(group) {
            fail("a store was deleted by nobody's wish")
        }
        if let verdict = keeper.verdict(on: members[0].stores) { fail(verdict) }
        for store in members[0].stores { clients.checkCounter(of: store) }
        for member in members {
            for store in member.stores { store.checkInvariants() }
            projections.checkRest(on: member)
            guard let state = DurableState(of: member.disk) else {
                return fail("the disk of \(member.name) cannot be opened again")
            }
            witness.recovered(state.groups, by: state.identity)
        }
    }
}

/// What came of a run.
package struct ClusterReport: Sendable {
    package let plan: ClusterPlan
    /// What did not hold; nil if all did.
    package let failure: String?
    package let eventCount: Int
    package let callCount: Int
    /// Depends on each event, in order.
    package let traceDigest: UInt64
    /// One line an event, if it was asked for.
    package let trace: String
}
