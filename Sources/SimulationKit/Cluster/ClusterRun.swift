import RaftCore
import RaftRuntime

/// One run of a simulated cluster: members, clients and faults in virtual time, in one thread.
///
/// The same plan makes the same run, event for event.
package final class ClusterRun {
    enum Event {
        case delivery(SimulatedNetwork.Delivery)
        case drain(member: Int)
        case call(client: Int)
        case fault
        /// What a fault began ends.
        case repair(ClusterRepair)
    }

    /// How long healed members may take to agree.
    static let convergence = Duration.seconds(30)
    /// How many events healed members may take to agree.
    static let convergenceEventsMaximum = 100_000

    let plan: ClusterPlan
    let clock = SimulatedClock()
    let network: SimulatedNetwork
    let checks = ClusterChecks()
    let clients: ClusterClients
    var members: [ClusterMember] = []
    var random: SeededRandom
    var queue = EventQueue<Event>()
    var trace: ClusterTrace
    var isHealed = false
    var weather = NetworkWeather.fair
    private var configuration = Configuration.empty

    package init(_ plan: ClusterPlan, keepsTrace: Bool = false) {
        self.plan = plan
        random = SeededRandom(seed: plan.seed)
        network = SimulatedNetwork(seed: random.next(), clock: clock)
        trace = ClusterTrace(isKept: keepsTrace)
        clients = ClusterClients(plan, clock: clock, checks: checks)
    }

    /// Runs to the end, or to the first thing that does not hold.
    package func run() -> ClusterReport {
        do {
            try found()
            try work()
            if checks.failure == nil { try converge() }
            if checks.failure == nil { try LinearizabilityChecker.check(clients.history) }
        } catch let violation as LinearizabilityChecker.Violation {
            checks.fail(violation.description)
        } catch {
            checks.fail("\(error)")
        }
        return ClusterReport(
            plan: plan, failure: checks.failure, eventCount: trace.eventCount,
            callCount: clients.history.count, traceDigest: trace.digest, trace: trace.text)
    }

    private func found() throws {
        for number in 0..<plan.memberCount {
            let isOff = plan.faults.contains(.clockRate)
            let rate = isOff ? 950 + random.number(below: 101) : 1_000
            let memberClock = MemberClock(clock, ratePerThousand: rate)
            members.append(
                ClusterMember(number: number, clock: memberClock, seed: random.next()))
        }
        configuration = Configuration(voters: try members.map { try $0.found() })
        for member in members { try start(member) }
        weather = chosenWeather()
        network.setWeather(weather)
        for client in 0..<plan.clientCount { queue.add(.call(client: client), at: clock.now()) }
        queue.add(.fault, at: clock.now())
    }

    /// Starts a member's process unless it runs.
    func start(_ member: ClusterMember) throws {
        guard member.process == nil else { return }
        let (checks, number) = (checks, member.number)
        let machine = RegisterMachine { index, command, digest in
            checks.noteApplied(index, number: command, digest: digest, by: number)
        }
        try member.start(plan, network: network, bootstrap: configuration, machine: machine) {
            checks.note($0, of: number)
        }
        wake(member)
    }

    private func work() throws {
        while trace.eventCount < plan.eventsMaximum, checks.failure == nil { try step() }
    }

    /// Heals everything, and demands that all members agree and that calls succeed.
    private func converge() throws {
        isHealed = true
        network.heal()
        for member in members {
            member.isPaused = false
            member.stepMicroseconds = 50
            try start(member)
            wake(member)
        }
        clients.beginLastRound()
        let deadline = clock.now().advanced(by: Self.convergence)
        let eventsMaximum = trace.eventCount + Self.convergenceEventsMaximum
        while checks.failure == nil, clock.now() < deadline, trace.eventCount < eventsMaximum {
            try step()
            if clients.isLastRoundDone, doAllAgree { return }
        }
        let summary = members.map { member in
            let status = member.process?.group?.status
            return "\(member.number): \(status.map { "\($0.role) \($0.appliedIndex)" } ?? "closed")"
        }
        checks.fail(
            "the healed cluster does not come to rest: \(summary), open calls \(clients.openCount)")
    }

    private var doAllAgree: Bool {
        let digests = members.map { $0.process?.machine.state.digest }
        guard let last = checks.finalDigest else { return false }
        return digests.allSatisfy { $0 == last }
    }

    // MARK: Events

    private func step() throws {
        guard let (time, event) = queue.popFirst() else {
            return checks.fail("nothing will ever happen again")
        }
        clock.advance(to: time)
        switch event {
        case .delivery(let delivery): deliver(delivery)
        case .drain(let number): try drain(members[number])
        case .call(let client): call(client)
        case .fault: injectFault()
        case .repair(let repair): try carryOut(repair)
        }
        for delivery in network.takeOutgoing() { queue.add(.delivery(delivery), at: delivery.time) }
        for client in clients.settle(&trace) {
            queue.add(.call(client: client), at: later(microseconds: 20_000))
        }
    }

    private func deliver(_ delivery: SimulatedNetwork.Delivery) {
        let receiver = Int(delivery.envelope.receiver.node) - 1
        let isTaken = network.deliver(delivery)
        trace.note(
            isTaken ? .delivered : .lost, clock.now(), receiver, delivery.envelope.sender.node)
        if isTaken { wake(members[receiver]) }
    }

    private func drain(_ member: ClusterMember) throws {
        // A drain that was planned for later is void when another came first.
        guard member.nextDrain == clock.now() else { return }
        member.nextDrain = nil
        guard !member.isPaused else { return }
        trace.note(.drained, clock.now(), member.number, 0)
        guard let deadline = try member.drain(&random) else { return }
        let time = member.clock.worldTime(of: deadline)
        schedule(member, at: max(time, later(microseconds: member.stepMicroseconds)))
    }

    private func call(_ client: Int) {
        let running = members.filter { $0.process?.group != nil && !$0.isPaused }
        guard !running.isEmpty else {
            return queue.add(.call(client: client), at: later(microseconds: 100_000))
        }
        let member = running[random.number(below: running.count)]
        trace.note(.called, clock.now(), member.number, UInt64(client))
        clients.begin(client, at: member, &random)
        wake(member)
    }

    /// Lets a member work soon.
    func wake(_ member: ClusterMember) {
        schedule(member, at: later(microseconds: member.stepMicroseconds))
    }

    private func schedule(_ member: ClusterMember, at time: Instant) {
        if let planned = member.nextDrain, planned <= time { return }
        member.nextDrain = time
        queue.add(.drain(member: member.number), at: time)
    }

    /// Some time from now.
    func later(microseconds: Int) -> Instant {
        clock.now().advanced(byNanoseconds: UInt64(1 + random.number(below: microseconds)) * 1_000)
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
