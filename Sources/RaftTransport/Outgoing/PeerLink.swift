import Logging
import NIOCore
import RaftCore
import RaftRuntime

/// The way to one peer on one lane: a bounded queue, and a connection that is opened again when lost.
///
/// What waits survives the loss of a connection, but not an attempt that fails: then the peer is not
/// there, and what is sent meanwhile is dropped at once. All but ``send(_:)`` runs on one event loop.
final class PeerLink: DialledLink {
    enum Phase {
        case idle
        case dialling
        case connected
        /// Waits before it dials again.
        case resting
        case closed
    }

    struct State {
        var phase = Phase.idle
        /// The connection while it is dialled or there.
        var channel: (any Channel)?
        var address: PeerAddress?
        var queue: EnvelopeQueue
        var backoff = Backoff()
        /// Whether the last attempt failed.
        var isGivenUp = false
        /// Whether the event loop knows that something waits.
        var isDraining = false
        /// Whether a write is under way, within which the channel may say that it takes more.
        var isWriting = false
        var role: String?
        var statistics = PeerStatistics()
    }

    /// Enough for one write; more waits until the socket takes it.
    private static let writeBytes = 256 << 10

    let peer: MemberID
    let lane: Lane
    let eventLoop: any EventLoop
    private let environment: LinkEnvironment
    private let state: Lock<State>

    init(
        to peer: MemberID, on lane: Lane, address: PeerAddress?, in environment: LinkEnvironment,
        eventLoop: any EventLoop
    ) {
        self.peer = peer
        self.lane = lane
        self.environment = environment
        self.eventLoop = eventLoop
        let queue = EnvelopeQueue(bytesMaximum: environment.options.queueBytesMaximum)
        state = Lock(State(address: address, queue: queue))
    }

    /// Queues what fits, on any thread.
    func send(_ envelopes: [PeerEnvelope]) {
        let task: (@Sendable () -> Void)? = state.withLock { state in
            for envelope in envelopes where state.isGivenUp || !state.queue.add(envelope) {
                state.statistics.droppedEnvelopes += 1
            }
            return self.nextTask(&state)
        }
        if let task { eventLoop.execute(task) }
    }

    /// Opens the connection unless it is there or on its way.
    func open() {
        let task: (@Sendable () -> Void)? = state.withLock { state in
            guard case .idle = state.phase, state.address != nil else { return nil }
            state.phase = .dialling
            return { self.dial() }
        }
        if let task { eventLoop.execute(task) }
    }

    /// Learns where the peer listens; a connection that is there stays.
    func setAddress(_ address: PeerAddress) {
        state.withLock { $0.address = address }
        if lane == .ordered { open() }
    }

    /// Ends the connection for good and drops what waits.
    ///
    /// - Returns: Done when the connection is closed; nil if there is none.
    func close() -> EventLoopFuture<Void>? {
        let channel: (any Channel)? = state.withLock { state in
            state.phase = .closed
            state.queue.removeAll()
            return state.channel
        }
        channel?.close(promise: nil)
        return channel?.closeFuture
    }

    /// What this link did.
    var statistics: PeerStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.queuedBytes = state.queue.bytes
            statistics.address = state.address
            if case .connected = state.phase { statistics.isConnected = true }
            return statistics
        }
    }

    /// What there is to do on the event loop after something was queued.
    private func nextTask(_ state: inout State) -> (@Sendable () -> Void)? {
        guard !state.queue.isEmpty else { return nil }
        switch state.phase {
        case .connected where !state.isDraining:
            state.isDraining = true
            return { self.drain() }
        case .idle where state.address != nil:
            state.phase = .dialling
            return { self.dial() }
        default: return nil
        }
    }

    private func dial() {
        eventLoop.assertInEventLoop()
        guard let address = state.withLock({ $0.address }) else { return }
        Dialler(environment: environment).dial(address, for: self)
    }
}

// What the connection reports, on the event loop.
extension PeerLink {
    var sentBytes: Int { state.withLock { $0.statistics.sentBytes } }

    /// A connection is there; false if nobody wants it any more.
    func began(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard case .dialling = state.phase else { return false }
            state.channel = channel
            return true
        }
    }

    /// The peer has greeted: what waits goes out.
    func connected(role: String) {
        let isWanted = state.withLock { state in
            guard case .dialling = state.phase else { return false }
            state.phase = .connected
            state.isGivenUp = false
            state.isDraining = true
            state.statistics.role = role
            state.statistics.lastError = nil
            state.backoff.reset()
            return true
        }
        guard isWanted else { return }
        environment.logger.info("connected to a peer", metadata: logMetadata)
        drain()
    }

    /// The connection ended, or did not come about.
    func lost(_ fault: PeerFault) {
        let reason = fault.description
        let outcome: (wait: TimeAmount, isNews: Bool)? = state.withLock { state in
            state.channel = nil
            let wasConnected: Bool
            switch state.phase {
            case .closed, .idle, .resting: return nil
            case .connected: wasConnected = true
            case .dialling: wasConnected = false
            }
            if !wasConnected {
                state.isGivenUp = true
                state.statistics.droppedEnvelopes += state.queue.count
                state.queue.removeAll()
            }
            let isNews = state.statistics.lastError != reason
            state.statistics.lastError = reason
            state.phase = .resting
            state.isDraining = false
            return (state.backoff.next(random: environment.entropy.next()), isNews)
        }
        guard let outcome else { return }
        if outcome.isNews {
            var metadata = logMetadata
            metadata["reason"] = "\(reason)"
            environment.logger.info("no connection to a peer", metadata: metadata)
        }
        _ = eventLoop.scheduleTask(in: outcome.wait) { [weak self] in self?.rested() }
    }

    /// Dials again; the bulk lane only if something waits.
    private func rested() {
        let dials = state.withLock { state in
            guard case .resting = state.phase else { return false }
            let isWanted = lane == .ordered || !state.queue.isEmpty
            state.phase = isWanted ? .dialling : .idle
            if !isWanted { state.isGivenUp = false }
            return isWanted
        }
        if dials { dial() }
    }

    /// Gives the channel what waits while it takes it.
    ///
    /// One write and one flush for as much as the channel shall hold: TLS keeps what is not flushed, so
    /// that only a flush makes the channel say that it is full.
    func drain() {
        eventLoop.assertInEventLoop()
        let channel: (any Channel)? = state.withLock { state in
            state.isDraining = false
            guard case .connected = state.phase, !state.isWriting else { return nil }
            state.isWriting = true
            return state.channel
        }
        guard let channel else { return }
        defer { state.withLock { $0.isWriting = false } }
        var writer = FrameWriter()
        while channel.isActive, channel.isWritable {
            let batch = state.withLock { $0.queue.take(bytes: Self.writeBytes) }
            guard !batch.isEmpty else { return }
            write(batch, to: channel, with: &writer)
        }
    }

    private func write(
        _ batch: [PeerEnvelope], to channel: any Channel, with writer: inout FrameWriter
    ) {
        var buffer = channel.allocator.buffer(
            capacity: batch.reduce(0) { $0 + $1.estimatedBytes })
        var frames = 0
        for envelope in batch where writer.write(envelope, to: &buffer) { frames += 1 }
        let counts = (frames: frames, bytes: buffer.readableBytes)
        state.withLock { state in
            state.statistics.sentFrames += counts.frames
            state.statistics.sentBytes += counts.bytes
            state.statistics.droppedEnvelopes += batch.count - counts.frames
        }
        if counts.frames > 0 { channel.writeAndFlush(buffer, promise: nil) }
    }

    private var logMetadata: Logger.Metadata {
        ["peer": "\(peer.node)", "lane": "\(lane)"]
    }
}
