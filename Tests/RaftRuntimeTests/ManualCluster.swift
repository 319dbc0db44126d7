import RaftCore

@testable import RaftRuntime

/// Hosts without threads that reach each other through memory, on one clock.
final class ManualCluster {
    /// One host with what outlives its process.
    final class Site {
        let member: MemberID
        let log = MemoryLog(keepsBatches: false)
        let snapshots = MemorySnapshots()
        let transport: LocalTransport
        var host: RaftHost<JournalMachine>?
        var group: RaftGroup<JournalMachine>? {
            get { opened.withLock { $0 } }
            set { opened.withLock { $0 = newValue } }
        }
        var machine = JournalMachine()
        let events = Lock<[GroupEvent]>([])
        /// What the status was when the last snapshot of another member had been taken over.
        let statusWithSnapshot = Lock<GroupStatus?>(nil)
        private let opened = Lock<RaftGroup<JournalMachine>?>(nil)

        init(_ member: MemberID, _ network: LocalNetwork) {
            self.member = member
            transport = LocalTransport(member, network)
        }

        var status: GroupStatus { group?.status ?? GroupStatus() }

        var observer: @Sendable (GroupEvent) -> Void {
            { [events, statusWithSnapshot, opened] event in
                events.withLock { $0.append(event) }
                guard case .snapshotInstalled = event else { return }
                let status = opened.withLock { $0 }?.status
                statusWithSnapshot.withLock { $0 = status }
            }
        }
    }

    static let group = GroupID(high: 9, low: 9)

    let clock = ManualClock()
    let network = LocalNetwork()
    let sites: [Site]
    private let change: (inout HostOptions) -> Void

    /// Starts hosts of one group, of which the first `voters` are its members; all by default.
    init(
        _ count: Int, voters: Int? = nil,
        _ change: @escaping (inout HostOptions) -> Void = { _ in }
    ) throws {
        self.change = change
        let network = network
        sites = (1...count).map { number in
            let id = Identifier128(high: 5, low: UInt64(number))
            return Site(MemberID(node: UInt64(number), incarnation: id), network)
        }
        let first = Configuration(voters: Array(members.prefix(voters ?? count)))
        for site in sites { try start(site, bootstrap: first) }
    }

    var members: [MemberID] { sites.map(\.member) }

    /// Starts the process of a site with what is on its disk.
    func start(_ site: Site, bootstrap: Configuration?) throws {
        var options = HostOptions()
        change(&options)
        network.connect(site.member)
        let host = RaftHost<JournalMachine>(
            HostPorts(
                log: site.log, snapshots: site.snapshots, transport: site.transport, clock: clock,
                wallClock: clock, entropy: NumberedEntropy(site.member.node)),
            options: options)
        site.host = host
        site.machine = JournalMachine()
        var description = GroupDescription(
            id: Self.group, name: "journal", member: site.member, machine: site.machine,
            recovered: site.log.recovered(Self.group), bootstrap: bootstrap)
        description.observer = site.observer
        let result = Lock<Result<RaftGroup<JournalMachine>, any Error>?>(nil)
        host.open(description) { value in result.withLock { $0 = value } }
        host.drain(now: clock.now())
        guard let opened = result.withLock({ $0 }) else { throw NotAnswered() }
        site.group = try opened.get()
    }

    /// Ends the process of a site; what is durable stays.
    func crash(_ site: Site) {
        network.disconnect(site.member)
        site.host = nil
        site.group = nil
    }

    /// Lets everything happen that follows by itself, without time passing.
    func settle() {
        var rounds = 0
        repeat {
            for site in sites { site.host?.drain(now: clock.now()) }
            rounds += 1
            precondition(rounds < 10_000, "the cluster never comes to rest")
        } while network.deliver()
    }

    /// Lets time pass in steps of 10 ms, until a condition holds; false if it never did.
    @discardableResult
    func run(for duration: Duration, until condition: () -> Bool = { false }) -> Bool {
        var left = duration
        while left > .zero {
            settle()
            if condition() { return true }
            clock.advance(by: .milliseconds(10))
            left -= .milliseconds(10)
        }
        settle()
        return condition()
    }

    /// The site that leads in the highest term, once it may act as leader.
    var leader: Site? {
        sites.filter { $0.host != nil && $0.status.role == .leader }
            .max { $0.status.term < $1.status.term }
    }

    /// Waits for a leader.
    func elect() throws -> Site {
        guard run(for: .seconds(10), until: { leader.map(isEstablished) ?? false }),
            let leader
        else { throw NotAnswered() }
        return leader
    }

    private func isEstablished(_ site: Site) -> Bool {
        site.status.appliedIndex == site.status.lastPosition.index
    }

    func propose(
        _ payload: [UInt8], at site: Site, traits: CommandTraits = [], timeout: Duration? = nil
    ) -> Answer<ProposalOutcome<Int>> {
        let answer = Answer<ProposalOutcome<Int>>()
        site.group?.propose(.bytes(payload), traits: traits, timeout: timeout) { answer.set($0) }
        return answer
    }
}

/// Random numbers that differ between hosts and are the same in each run.
final class NumberedEntropy: EntropySource {
    private let state: Lock<UInt64>

    init(_ seed: UInt64) { state = Lock(seed &* 0x9E37_79B9_7F4A_7C15) }

    func next() -> UInt64 {
        state.withLock { state in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}

/// Envelopes between hosts, in order; connections can be cut one way.
final class LocalNetwork: Sendable {
    struct Cut: Hashable {
        let sender: MemberID
        let receiver: MemberID
    }

    private struct State {
        var receivers: [MemberID: @Sendable ([PeerEnvelope]) -> Void] = [:]
        var online: Set<MemberID> = []
        var queue: [PeerEnvelope] = []
        var cuts: Set<Cut> = []
        var losesAnswers = false
    }

    private let state = Lock(State())

    func connect(_ member: MemberID) { state.withLock { _ = $0.online.insert(member) } }

    func disconnect(_ member: MemberID) { state.withLock { _ = $0.online.remove(member) } }

    func register(_ member: MemberID, _ receiver: @escaping @Sendable ([PeerEnvelope]) -> Void) {
        state.withLock { $0.receivers[member] = receiver }
    }

    func send(_ envelopes: [PeerEnvelope]) { state.withLock { $0.queue += envelopes } }

    func cut(from sender: MemberID, to receiver: MemberID) {
        state.withLock { _ = $0.cuts.insert(Cut(sender: sender, receiver: receiver)) }
    }

    /// Cuts a member off from all others, both ways.
    func isolate(_ member: MemberID, from others: [MemberID]) {
        for other in others where other != member {
            cut(from: member, to: other)
            cut(from: other, to: member)
        }
    }

    func heal() { state.withLock { $0.cuts = [] } }

    /// Loses the leader's answers to forwarded commands, or no longer.
    func loseAnswers(_ loses: Bool = true) { state.withLock { $0.losesAnswers = loses } }

    /// Delivers everything under way; false if there was nothing.
    func deliver() -> Bool {
        let (queue, receivers) = state.withLock { state in
            let queue = state.queue.filter { envelope in
                let cut = Cut(sender: envelope.sender, receiver: envelope.receiver)
                if state.losesAnswers, case .answers = envelope.content { return false }
                return state.online.contains(envelope.receiver) && !state.cuts.contains(cut)
            }
            state.queue = []
            return (queue, state.receivers)
        }
        for envelope in queue { receivers[envelope.receiver]?([envelope]) }
        return !queue.isEmpty
    }
}

/// The end of the network at one host.
final class LocalTransport: PeerTransport {
    private let member: MemberID
    private let network: LocalNetwork

    init(_ member: MemberID, _ network: LocalNetwork) {
        (self.member, self.network) = (member, network)
    }

    func deliver(to receiver: @escaping @Sendable ([PeerEnvelope]) -> Void) {
        network.register(member, receiver)
    }

    func send(_ envelopes: [PeerEnvelope]) { network.send(envelopes) }
}
