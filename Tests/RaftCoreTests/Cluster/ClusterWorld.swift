import RaftCore
import TestSupport

/// A group of servers on simulated disks, clocks and links: one thread, one seed, virtual time.
///
/// The same seed gives the same run. After every step the ``ClusterOracle`` compares what the servers
/// did with what Raft promises.
final class ClusterWorld {
    enum Event {
        case deliver(Envelope)
        case wake(MemberID, life: Int)
        case flush(MemberID, life: Int)
        case work(MemberID, life: Int)
        case step(MemberID, life: Int, RaftEvent)
        case publishSnapshot(MemberID, life: Int, LogPosition)
        case restart(MemberID)
        case hunt(MemberID)
        case ambush(MemberID, life: Int)
        case client
        case nemesis
    }

    /// What may lie ahead at once; more is a storm.
    private static let eventsMaximum = 50_000

    let seed: UInt64
    let faults: ClusterFaults
    /// What the first members begin with.
    let founding: Configuration
    var random: TestRandom
    /// Nanoseconds since the start.
    var now: UInt64 = 0
    var queue = EventQueue<Event>()
    var members: [MemberID: ClusterMember] = [:]
    var oracle = ClusterOracle()
    /// Links that deliver nothing, by sender and receiver.
    var cuts: Set<[MemberID]> = []
    /// When the last message of a link arrives, for links that keep the order.
    var lastArrivals: [[MemberID]: UInt64] = [:]
    var isHealed = false
    var lastNumber: UInt64 = 0
    var steps = 0
    var areClientsActive = true
    /// Called with a line for everything that a server does.
    var trace: ((String) -> Void)?
    /// Changes the options of every server.
    let change: (inout RaftOptions) -> Void

    static func member(_ number: UInt64) -> MemberID {
        MemberID(node: number, incarnation: Identifier128(high: 0, low: number))
    }

    init(seed: UInt64, change: @escaping (inout RaftOptions) -> Void = { _ in }) throws {
        self.seed = seed
        self.change = change
        random = TestRandom(seed: seed)
        faults = ClusterFaults(&random)
        let voters = (1...faults.voters).map { Self.member(UInt64($0)) }
        founding = Configuration(voters: voters)
        for member in voters {
            addMember(member)
            try start(member)
        }
        queue.add(.client, at: 1_000_000)
        queue.add(.nemesis, at: 500_000_000)
    }

    /// Every member, in a fixed order.
    var ids: [MemberID] { members.keys.sorted() }

    func number() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    /// A random number of a range.
    func pick(_ range: ClosedRange<UInt64>) -> UInt64 { UInt64.random(in: range, using: &random) }

    func happens(_ perMille: Int) -> Bool { random.next(through: 999) < perMille }

    func addMember(_ id: MemberID) {
        let member = ClusterMember(id: id)
        member.clockOffset = pick(0...5_000_000_000)
        if faults.clockSkew { member.clockRate = random.next(through: 80_000) - 40_000 }
        if faults.slowDisks, random.oneIn(2) { member.diskLatency = 5_000_000...60_000_000 }
        members[id] = member
    }

    var options: RaftOptions {
        let upper = faults.tightTimeouts ? 430 : 800
        var options = RaftOptions(
            electionTimeout: .milliseconds(400) ... .milliseconds(upper),
            uncommittedBytesMaximum: 2_000)
        options.allowsLeaseReads = faults.leases
        change(&options)
        guard faults.tinyWindows else { return options }
        options.appendEntriesMaximum = 2
        options.appendBytesMaximum = 25
        options.inflightMessagesMaximum = 2
        options.inflightBytesMaximum = 60
        return options
    }

    func start(_ id: MemberID) throws {
        guard let member = members[id], member.server == nil else { return }
        member.life += 1
        member.log = member.disk.log
        member.machine = member.disk.snapshots[member.disk.snapshot] ?? MachineState()
        member.work = []
        member.isWorking = false
        member.taking = .zero
        member.received = nil
        member.nextWake = nil
        let recovered = try member.disk.recovered()
        let server = RaftServer(
            id: id, options: options, recovered: recovered, seed: random.next(),
            now: member.localTime(at: now))
        server.checkInvariants()
        member.server = server
        trace?("\(now / 1_000) n\(id.node) starts in term \(server.term.rawValue)")
        oracle.started(member)
        scheduleWake(id)
        // A crash may come before the first entry is durable; then a founder begins anew.
        guard recovered.isBlank, founding.voters.contains(id) else { return }
        step(id, .bootstrap(founding))
    }

    func stop(_ id: MemberID) {
        guard let member = members[id], member.server != nil else { return }
        member.server = nil
        trace?("\(now / 1_000) n\(id.node) stops")
        member.disk.crash(keeping: random.next(through: member.disk.pending.count))
        oracle.stopped(member)
    }

    func scheduleWake(_ id: MemberID) {
        guard let member = members[id], let deadline = member.server?.nextDeadline else { return }
        let time = max(member.worldTime(at: deadline), now)
        guard member.nextWake.map({ $0 > time || $0 <= now }) ?? true else { return }
        members[id]?.nextWake = time
        queue.add(.wake(id, life: member.life), at: time)
    }

    /// Runs until an instant or a violation.
    func run(until end: UInt64) throws {
        while oracle.violations.isEmpty, let time = queue.nextTime, time <= end {
            guard let (_, event) = queue.removeFirst() else { return }
            now = max(now, time)
            try handle(event)
            if queue.count > Self.eventsMaximum { oracle.fail("messages beget ever more messages") }
        }
        now = end
    }

    private func handle(_ event: Event) throws {
        steps += 1
        switch event {
        case .deliver(let envelope): deliver(envelope, event)
        case .wake(let id, let life):
            guard let member = awake(id, life, event) else { return }
            members[id]?.nextWake = nil
            if let deadline = member.server?.nextDeadline, deadline <= member.localTime(at: now) {
                step(id, .tick)
            } else {
                scheduleWake(id)
            }
        case .flush(let id, let life):
            guard awake(id, life, event) != nil else { return }
            flush(id)
        case .work(let id, let life):
            guard awake(id, life, event) != nil else { return }
            work(id)
        case .step(let id, let life, let event):
            guard awake(id, life, .step(id, life: life, event)) != nil else { return }
            report(id, event)
        case .publishSnapshot(let id, let life, let position):
            guard let member = awake(id, life, event) else { return }
            // A newer one of the leader may have come and replaced it.
            guard member.disk.snapshots[position] != nil else { return }
            step(id, .snapshotTaken(position))
        case .restart(let id): try start(id)
        case .hunt(let id): isolate(id)
        case .ambush(let id, let life): ambush(id, life)
        case .client:
            guard areClientsActive else { return }
            actAsClient()
            let pause: UInt64 = faults.busyClients ? 4_000_000 : 40_000_000
            queue.add(.client, at: now + pick(pause / 40...pause))
        case .nemesis:
            guard !isHealed else { return }
            try makeTrouble()
            queue.add(.nemesis, at: now + pick(50_000_000...800_000_000))
        }
    }

    /// The member if the process that an event is for still runs; a paused one gets it later.
    func awake(_ id: MemberID, _ life: Int, _ event: Event) -> ClusterMember? {
        guard let member = members[id], member.life == life, member.server != nil else {
            return nil
        }
        guard member.pausedUntil <= now else {
            queue.add(event, at: member.pausedUntil)
            return nil
        }
        return member
    }
}
