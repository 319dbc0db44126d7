package import RaftCore
package import RaftRuntime

/// A network in memory whose faults come from a seed and whose deliveries are somebody's events.
///
/// Between two members the order is kept, as the port promises, except for what is held back. What is
/// sent to a member reaches whoever has its number, as it does whoever has an address.
package final class SimulatedNetwork: Sendable {
    /// One way between two members.
    package struct Link: Hashable, Sendable {
        package let sender: MemberID
        package let receiver: MemberID

        package init(from sender: MemberID, to receiver: MemberID) {
            self.sender = sender
            self.receiver = receiver
        }
    }

    /// An envelope that arrives at a time, unless its connection is reset before.
    package struct Delivery: Sendable {
        package let time: Instant
        package let envelope: PeerEnvelope
        fileprivate let connection: Int
    }

    private struct State {
        var random: SeededRandom
        var weather = NetworkWeather.fair
        /// By the number of a member: its process, and how many there were before.
        var receivers: [UInt64: @Sendable ([PeerEnvelope]) -> Void] = [:]
        var lives: [UInt64: Int] = [:]
        var cuts: Set<Link> = []
        /// How long light takes from one end of a link to the other, in microseconds.
        var distances: [Link: Int] = [:]
        /// When the last envelope of each link arrives.
        var lastArrivals: [Link: Instant] = [:]
        /// How often each member was connected and each link was reset.
        var connections: [Link: Int] = [:]
        var outgoing: [Delivery] = []
    }

    private let clock: SimulatedClock
    private let onSend: @Sendable (PeerEnvelope) -> PeerEnvelope
    private let state: Lock<State>

    /// - Parameter onSend: Sees each envelope that a living process sends, and may change it.
    package init(
        seed: UInt64, clock: SimulatedClock,
        onSend: @escaping @Sendable (PeerEnvelope) -> PeerEnvelope = { $0 }
    ) {
        self.clock = clock
        self.onSend = onSend
        state = Lock(State(random: SeededRandom(seed: seed)))
    }

    /// The end of the network at a member, for one life of its process.
    package func transport(of member: MemberID) -> any PeerTransport {
        let life = state.withLock { state in
            state.lives[member.node, default: 0] += 1
            return state.lives[member.node, default: 0]
        }
        return SimulatedTransport(member, life: life, self)
    }

    // MARK: Faults

    package func setWeather(_ weather: NetworkWeather) {
        state.withLock { $0.weather = weather }
    }

    /// Moves the ends of a link apart: nothing takes less than so long.
    package func setDistance(of link: Link, microseconds: Int) {
        state.withLock { $0.distances[link] = microseconds }
    }

    /// Cuts one way between two members, or mends it.
    package func setCut(_ link: Link, _ isCut: Bool) {
        state.withLock { state in
            if isCut { state.cuts.insert(link) } else { state.cuts.remove(link) }
        }
    }

    /// Mends everything; what is under way arrives.
    package func heal() {
        state.withLock { state in
            state.cuts = []
            state.weather = .fair
        }
    }

    /// Loses all that is under way from one member to another.
    package func reset(_ link: Link) {
        state.withLock { $0.connections[link, default: 0] += 1 }
    }

    /// Ends the transport of a member's process: it takes and sends nothing any more.
    package func disconnect(_ member: MemberID) {
        state.withLock { state in
            state.receivers[member.node] = nil
            state.lives[member.node, default: 0] += 1
        }
    }

    // MARK: Traffic

    /// What was sent since the last time, for a world that delivers it.
    package func takeOutgoing() -> [Delivery] {
        state.withLock { state in
            defer { state.outgoing.removeAll(keepingCapacity: true) }
            return state.outgoing
        }
    }

    /// Hands an envelope over; false if it is lost.
    package func deliver(_ delivery: Delivery) -> Bool {
        let link = Link(from: delivery.envelope.sender, to: delivery.envelope.receiver)
        let receiver = state.withLock { state -> (@Sendable ([PeerEnvelope]) -> Void)? in
            let isReset = state.connections[link, default: 0] != delivery.connection
            guard !isReset, !state.cuts.contains(link) else { return nil }
            return state.receivers[link.receiver.node]
        }
        receiver?([delivery.envelope])
        return receiver != nil
    }

    fileprivate func register(
        _ member: MemberID, _ receiver: @escaping @Sendable ([PeerEnvelope]) -> Void
    ) {
        state.withLock { state in
            state.receivers[member.node] = receiver
            // What was sent to the process before does not reach this one.
            for link in state.lastArrivals.keys where link.receiver.node == member.node {
                state.connections[link, default: 0] += 1
            }
        }
    }

    fileprivate func send(_ envelopes: [PeerEnvelope], by member: MemberID, life: Int) {
        guard state.withLock({ $0.lives[member.node] == life }) else { return }
        let sent = envelopes.map(onSend)
        let now = clock.now()
        state.withLock { state in
            for envelope in sent { Self.send(envelope, now: now, &state) }
        }
    }

    private static func send(_ envelope: PeerEnvelope, now: Instant, _ state: inout State) {
        let link = Link(from: envelope.sender, to: envelope.receiver)
        let weather = state.weather
        guard !state.cuts.contains(link), !state.random.happens(weather.losesOneIn) else { return }
        var isOfCore = false
        if case .raft = envelope.content { isOfCore = true }
        let connection = state.connections[link, default: 0]
        let delay = UInt64(1 + state.random.number(below: max(1, weather.delayMaximum))) * 1_000
        let distance = UInt64(state.distances[link] ?? 0) * 1_000
        var time = now.advanced(byNanoseconds: distance + delay)
        if isOfCore, state.random.happens(weather.holdsBackOneIn) {
            time = time.advanced(byNanoseconds: delay * 4)
        } else {
            time = max(time, state.lastArrivals[link] ?? time)
            state.lastArrivals[link] = time
        }
        let delivery = Delivery(time: time, envelope: envelope, connection: connection)
        state.outgoing.append(delivery)
        if isOfCore, state.random.happens(weather.repeatsOneIn) {
            let again = time.advanced(byNanoseconds: delay * 2)
            state.outgoing.append(
                Delivery(time: again, envelope: envelope, connection: connection))
        }
    }
}

/// The end of a simulated network at one member.
private final class SimulatedTransport: PeerTransport {
    private let member: MemberID
    private let life: Int
    private let network: SimulatedNetwork

    init(_ member: MemberID, life: Int, _ network: SimulatedNetwork) {
        self.member = member
        self.life = life
        self.network = network
    }

    func deliver(to receiver: @escaping @Sendable ([PeerEnvelope]) -> Void) {
        network.register(member, receiver)
    }

    func send(_ envelopes: [PeerEnvelope]) { network.send(envelopes, by: member, life: life) }
}

extension SeededRandom {
    /// Whether something with a chance of one in some number happens; never if that is zero.
    mutating func happens(_ count: Int) -> Bool { count > 0 && isOne(in: count) }
}
