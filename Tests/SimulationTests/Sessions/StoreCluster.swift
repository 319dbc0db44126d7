import Khepri
import Logging
import RaftCore
import RaftRuntime
import RaftStorage
import SimulationKit
import Testing

/// Three stores that replicate each other over a network in memory, on simulated machines.
final class StoreCluster: Sendable {
    let world: SimulatedWorld
    let network = SwitchedNetwork()
    private let hosts: [SimulatedHost]
    private let clocks: [ShiftedClock]
    /// Whether logs and snapshots are so small that what is old is soon gone.
    private let compactsSoon: Bool

    init(seed: UInt64, compactsSoon: Bool = false) {
        self.compactsSoon = compactsSoon
        let world = SimulatedWorld(seed: seed)
        self.world = world
        hosts = (0..<3).map { _ in world.addHost() }
        clocks = hosts.map { _ in ShiftedClock(world.clock) }
    }

    /// The names of the members, in their order.
    static let names = ["a", "b", "c"]

    /// Founds a cluster, and returns its stores when all of them are voters; the first leads.
    func found() async throws -> [TreeStore] {
        var stores: [TreeStore] = []
        for host in try await foundHosts() { stores.append(try await host.store()) }
        return stores
    }

    /// The same for those who want the hosts.
    ///
    /// - Parameter count: How many join at once.
    func foundHosts(count: Int = 3) async throws -> [StoreHost] {
        var opened = [try await open(0)]
        for number in 1..<count { opened.append(try await join(number, opened[0])) }
        return opened
    }

    /// Lets a host with an empty directory join, and returns when it is a voter.
    func join(_ number: Int, _ first: StoreHost) async throws -> StoreHost {
        let cluster = try await first.store().cluster
        let host = try await open(number, joining: cluster.invitation)
        let store = try await host.store()
        try await cluster.add(try #require(store.cluster.joinRequest))
        try await wait(store) {
            store.cluster.members.contains { $0.isLocal && $0.role == .voter }
        }
        return host
    }

    /// Lets a host whose directory may be damaged be repaired by the others, and returns when it votes.
    func repair(_ number: Int, _ first: StoreHost) async throws -> StoreHost {
        let cluster = try await first.store().cluster
        let host = try await open(number, joining: cluster.invitation, repairing: true)
        let store = try await host.store()
        if let request = store.cluster.joinRequest, request.replaces != nil {
            try await cluster.add(request)
        }
        try await wait(store) {
            store.cluster.members.contains { $0.isLocal && $0.role == .voter }
        }
        return host
    }

    /// The machine of a member.
    func machine(_ number: Int) -> SimulatedHost { hosts[number] }

    /// Opens the host of a member with what is on its disk.
    func open(
        _ number: Int, joining invitation: Cluster.Invitation? = nil, repairing: Bool = false
    ) async throws -> StoreHost {
        let name = Self.names[number]
        var environment = hosts[number].environment
        environment.wallClock = clocks[number]
        environment.cluster = HostCluster(
            name: name, joining: invitation,
            connect: { [network] _, member in
                HostCluster.Connection(
                    transport: SwitchedTransport(member, network),
                    details: MemberDetails(name: name, peerAddress: "\(name):1"))
            },
            membersChanged: { _ in }, disconnect: {})
        environment.cluster?.repairsDamage = repairing
        if compactsSoon {
            environment.adjust = { log, host in
                (log.minimumSegmentBytes, log.maximumSegmentBytes) = (16 << 10, 16 << 10)
                host.snapshots = SnapshotPolicy(logBytesMinimum: 2_000, logPercentage: 0)
                host.recentBytesMaximum = 1_000
            }
        }
        var configuration = StoreConfiguration()
        configuration.logger = Logger(label: "cluster") { _ in SwiftLogNoOpLogHandler() }
        let host = try await StoreHost.open(
            at: hosts[number].directory, configuration: configuration, environment: environment)
        _ = try await host.store()
        return host
    }

    /// Changes the date of a machine.
    func shiftDate(of number: Int, milliseconds: UInt64) {
        clocks[number].shift(milliseconds: milliseconds)
    }

    /// Lets time pass.
    func pause(_ store: TreeStore, _ duration: Duration) async {
        await Self.pause(store, duration)
    }

    /// The same for a store of any world.
    static func pause(_ store: TreeStore, _ duration: Duration) async {
        // What nobody wrote is not there before the time is over.
        _ = try? await store.exists(
            "/", consistency: .atLeast(Revision(1 << 60)), timeout: duration)
    }

    /// Waits until the task is cancelled.
    func sleep(_ store: TreeStore) async {
        while !Task.isCancelled { await pause(store, .milliseconds(10)) }
    }

    /// Cuts a member off for a while, or hands leadership over.
    func disturb(_ stores: [TreeStore], _ random: inout SeededRandom) async throws {
        let victim = stores[random.number(below: 3)]
        if random.number(below: 3) == 0 {
            let leader = stores.first { $0.cluster.status.isLeader }
            try? await leader?.cluster.transferLeadership(
                to: Self.names[random.number(below: 3)])
        } else {
            network.isolate(victim.cluster.members.first { $0.isLocal }?.id)
            await pause(victim, .milliseconds(500 + random.number(below: 6_000)))
            network.isolate(nil)
        }
        await pause(victim, .milliseconds(random.number(below: 3_000)))
    }

    /// Lets time pass until a condition holds.
    func wait(_ store: TreeStore, until condition: () -> Bool) async throws {
        for _ in 0..<2_000 {
            if condition() { return }
            await pause(store, .milliseconds(10))
        }
        throw NeverHappened()
    }
}

/// What a test waited for did not come.
struct NeverHappened: Error {}

/// The date of a machine whose clock is wrong.
final class ShiftedClock: WallClock {
    private let clock: SimulatedClock
    private let offset = Lock<UInt64>(0)

    init(_ clock: SimulatedClock) { self.clock = clock }

    func milliseconds() -> UInt64 { clock.milliseconds() + offset.withLock { $0 } }

    func shift(milliseconds: UInt64) { offset.withLock { $0 += milliseconds } }
}

/// Delivers at once, except what it is told to lose.
final class SwitchedNetwork: Sendable {
    private struct State {
        var receivers: [MemberID: @Sendable ([PeerEnvelope]) -> Void] = [:]
        var losesAnswers = false
        var isolated: MemberID?
        var lostCount = 0
        var spoiling: Spoiling?
    }

    /// Brings a member something else than was sent.
    struct Spoiling: Sendable {
        let receiver: MemberID
        /// What stands in the entries that are sent, and in its place, equally long.
        let (sent, brought): ([UInt8], [UInt8])
    }

    private let state = Lock(State())

    /// How many envelopes with answers were lost.
    var lostCount: Int { state.withLock { $0.lostCount } }

    func register(_ member: MemberID, _ receiver: @escaping @Sendable ([PeerEnvelope]) -> Void) {
        state.withLock { $0.receivers[member] = receiver }
    }

    /// Loses what leaders say of the commands that others forwarded, or no longer.
    func loseAnswers(_ loses: Bool) { state.withLock { $0.losesAnswers = loses } }

    /// Cuts a member off from the others, or nobody.
    func isolate(_ member: Cluster.MemberIdentifier?) {
        state.withLock { $0.isolated = member?.member }
    }

    /// From now on, or no longer, brings a member a word in the place of another, equally long one.
    func spoil(_ sent: String, into brought: String, for receiver: Cluster.MemberIdentifier) {
        let spoiling = Spoiling(
            receiver: receiver.member, sent: Array(sent.utf8), brought: Array(brought.utf8))
        state.withLock { $0.spoiling = spoiling }
    }

    func send(_ envelopes: [PeerEnvelope]) {
        let spoiling = state.withLock { $0.spoiling }
        for envelope in envelopes {
            receiver(of: envelope)?([spoiling?.spoil(envelope) ?? envelope])
        }
    }

    private func receiver(of envelope: PeerEnvelope) -> (@Sendable ([PeerEnvelope]) -> Void)? {
        state.withLock { state in
            if case .answers = envelope.content, state.losesAnswers {
                state.lostCount += 1
                return nil
            }
            let ends = [envelope.sender, envelope.receiver]
            if let isolated = state.isolated, ends.contains(isolated) { return nil }
            return state.receivers[envelope.receiver]
        }
    }
}

extension SwitchedNetwork.Spoiling {
    fileprivate func spoil(_ envelope: PeerEnvelope) -> PeerEnvelope {
        guard envelope.receiver == receiver,
            case .raft(let message, .entries(var entries)) = envelope.content
        else { return envelope }
        for place in entries.indices {
            guard let range = entries[place].payload.firstRange(of: sent) else { continue }
            entries[place].payload.replaceSubrange(range, with: brought)
        }
        var spoilt = envelope
        spoilt.content = .raft(message, .entries(entries))
        return spoilt
    }
}

/// The end of the network at one host.
private final class SwitchedTransport: PeerTransport {
    private let member: MemberID
    private let network: SwitchedNetwork

    init(_ member: MemberID, _ network: SwitchedNetwork) {
        (self.member, self.network) = (member, network)
    }

    func deliver(to receiver: @escaping @Sendable ([PeerEnvelope]) -> Void) {
        network.register(member, receiver)
    }

    func send(_ envelopes: [PeerEnvelope]) { network.send(envelopes) }
}
