import Logging
import NIOCore
import RaftCore
import RaftRuntime

/// Where connections of others arrive: it knows who is connected, and hands on what they send.
final class Reception: Sendable {
    private struct Place: Hashable {
        let peer: MemberID
        let lane: Lane
    }

    private struct State {
        /// Who takes what arrives.
        var receiver: (@Sendable ([PeerEnvelope]) -> Void)?
        /// Every open connection, greeted or not.
        var channels: [ObjectIdentifier: any Channel] = [:]
        var ungreeted = 0
        var current: [Place: any Channel] = [:]
        var statistics = TransportStatistics()
        var isClosed = false
    }

    private let environment: LinkEnvironment
    private let state = Lock(State())

    init(environment: LinkEnvironment) {
        self.environment = environment
    }

    func setReceiver(_ receiver: @escaping @Sendable ([PeerEnvelope]) -> Void) {
        state.withLock { $0.receiver = receiver }
    }

    /// A connection is there; false if there are too many without greeting.
    func add(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.ungreeted < environment.options.ungreetedMaximum else {
                return false
            }
            state.ungreeted += 1
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
    }

    /// A peer has greeted; its earlier connection of that lane ends.
    func admit(_ hello: Hello, _ channel: any Channel) {
        let replaced: (any Channel)? = state.withLock { state in
            state.ungreeted -= 1
            let place = Place(peer: hello.sender, lane: hello.lane)
            return state.current.updateValue(channel, forKey: place)
        }
        _ = environment.book.hear(hello.sender) { $0.role = hello.role }
        replaced?.pipeline.fireUserInboundEventTriggered(ConnectionEnded(reason: .replaced))
    }

    /// Ends all connections of peers that are forgotten.
    func end(_ peers: [MemberID]) {
        let channels = state.withLock { state in
            peers.flatMap { peer in
                Lane.allCases.compactMap { lane in
                    state.current.removeValue(forKey: Place(peer: peer, lane: lane))
                }
            }
        }
        let event = ConnectionEnded(reason: .tooManyStrangers)
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(event) }
    }

    /// Hands on what one read brought.
    func deliver(
        _ envelopes: [PeerEnvelope], frames: Int, bytes: Int, misdirected: Int,
        from peer: MemberID
    ) {
        let isKnown = environment.book.hear(peer) { statistics in
            statistics.receivedFrames += frames
            statistics.receivedBytes += bytes
            statistics.misdirectedEnvelopes += misdirected
        }
        guard isKnown, !envelopes.isEmpty else { return }
        let receiver = state.withLock { $0.isClosed ? nil : $0.receiver }
        receiver?(envelopes)
    }

    /// A connection is gone.
    func remove(_ channel: any Channel, after hello: Hello?, because fault: PeerFault) {
        let wasThere = state.withLock { state in
            if let hello {
                let place = Place(peer: hello.sender, lane: hello.lane)
                if state.current[place] === channel { state.current[place] = nil }
            } else if state.channels[ObjectIdentifier(channel)] != nil {
                state.ungreeted -= 1
            }
            return state.channels.removeValue(forKey: ObjectIdentifier(channel)) != nil
        }
        guard wasThere else { return }
        guard let hello, fault != .tooManyStrangers else { return refuse(fault) }
        if fault != .closed, fault != .replaced {
            environment.logger.info(
                "closed a connection of a peer",
                metadata: ["reason": "\(fault)", "peer": "\(hello.sender.node)"])
        }
    }

    /// Counts a connection that was not let in, and tells why of the 1st, 2nd, 4th, 8th and so on:
    /// a stranger shall not fill the log, whatever reasons there are.
    func refuse(_ fault: PeerFault) {
        let count = state.withLock { state in
            state.statistics.lastRefusal = fault.description
            state.statistics.refusedConnections += 1
            return state.statistics.refusedConnections
        }
        guard count.nonzeroBitCount == 1 else { return }
        environment.logger.info(
            "refused a connection", metadata: ["reason": "\(fault)", "count": "\(count)"])
    }

    /// What arrived, and from whom.
    var statistics: TransportStatistics {
        let peers = environment.book.statistics
        return state.withLock { state in
            var statistics = state.statistics
            statistics.peers = peers
            for place in state.current.keys where place.lane == .ordered {
                statistics.peers[place.peer]?.isHeard = true
            }
            return statistics
        }
    }

    /// Closes every connection, and lets no other in.
    func close() -> [EventLoopFuture<Void>] {
        let channels = state.withLock { state in
            state.isClosed = true
            state.receiver = nil
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
        return channels.map(\.closeFuture)
    }
}

/// Tells a connection that it shall end, and why.
struct ConnectionEnded: Sendable {
    let reason: PeerFault
}
