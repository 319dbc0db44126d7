import Logging
package import NIOCore
import NIOPosix
import NIOSSL
package import RaftCore
package import RaftRuntime

/// The way to the other hosts of a cluster over TCP, with TLS off loopback.
///
/// Two connections lead to each peer, and carry nothing back but its greeting: one for everything
/// whose order is kept, and, once it is needed, one for pieces of snapshots. Both sides greet with
/// cluster and members before anything else; docs/FORMAT.md has the bytes.
package final class SocketTransport: PeerTransport {
    private struct State {
        var links: [MemberID: [Lane: PeerLink]] = [:]
        /// The members that the owner named, with their addresses if it knows them.
        var peers: [MemberID: PeerAddress?] = [:]
        var listener: (any Channel)?
        var isClosed = false

        mutating func takeLinks(of gone: [MemberID]) -> [PeerLink] {
            gone.flatMap { links.removeValue(forKey: $0)?.values.map(\.self) ?? [] }
        }
    }

    private let settings: TransportSettings
    private let environment: LinkEnvironment
    private let group: any EventLoopGroup
    private let reception: Reception
    private let book: PeerBook
    private let state = Lock(State())

    /// Makes a transport that does nothing until ``start()``.
    package init(_ settings: TransportSettings, group: any EventLoopGroup) {
        self.settings = settings
        self.group = group
        book = PeerBook(
            own: settings.advertised, strangersMaximum: settings.options.strangersMaximum)
        environment = LinkEnvironment(
            doorkeeper: Doorkeeper(cluster: settings.cluster, member: settings.member),
            tls: settings.tls, allowsPlaintext: settings.allowsPlaintext,
            role: settings.role, options: settings.options, entropy: settings.entropy,
            logger: settings.logger, book: book)
        reception = Reception(environment: environment)
        book.setObserver(
            PeerBook.Observer(
                learned: { [weak self] address, peer in self?.use(address, of: peer) },
                forgot: { [weak self] peers in self?.forget(peers) }))
    }

    package func deliver(to receiver: @escaping @Sendable ([PeerEnvelope]) -> Void) {
        reception.setReceiver(receiver)
    }

    /// Listens.
    ///
    /// - Returns: Where; the port is the system's choice if the settings' is 0.
    /// - Throws: ``TransportError`` if plaintext would be readable off this machine, or the address
    ///   cannot be had.
    package func start() async throws -> PeerAddress {
        let listen = settings.listen
        let address: SocketAddress
        let channel: any Channel
        do {
            address = try await resolved(listen)
            guard environment.allows(address) else { throw PeerFault.plaintextOffLoopback }
            channel = try await bootstrap().bind(to: address).get()
        } catch {
            throw TransportError("cannot listen on \(listen): \(PeerFault(error))")
        }
        let bound = PeerAddress(
            host: listen.host, port: channel.localAddress?.port ?? listen.port)
        book.setOwn(settings.advertised ?? bound)
        let isClosed = state.withLock { state in
            state.listener = channel
            return state.isClosed
        }
        if isClosed { try await channel.close() }
        for link in state.withLock({ $0.links.values.flatMap(\.values) })
        where link.lane == .ordered {
            link.open()
        }
        return bound
    }

    /// Says who may be sent to; a member without address is dialled where it says that it listens.
    package func setPeers(_ peers: [MemberID: PeerAddress?]) {
        let own = settings.member
        let closed = state.withLock { state in
            state.peers = peers.filter { $0.key != own }
            return state.takeLinks(of: state.links.keys.filter { state.peers[$0] == nil })
        }
        for link in closed { _ = link.close() }
        book.setMembers(Set(peers.keys))
        for (peer, address) in peers where peer != own { update(peer, address ?? nil) }
    }

    package func send(_ envelopes: [PeerEnvelope]) {
        var batches: [Destination: [PeerEnvelope]] = [:]
        for envelope in envelopes {
            batches[Destination(envelope), default: []].append(envelope)
        }
        for (destination, batch) in batches {
            link(to: destination.peer, on: destination.lane)?.send(batch)
        }
    }

    /// What the transport did so far.
    package var statistics: TransportStatistics {
        var statistics = reception.statistics
        let links = state.withLock { $0.links }
        for (peer, lanes) in links {
            var sum = statistics.peers[peer] ?? PeerStatistics()
            for lane in Lane.allCases { sum.add(lanes[lane]?.statistics, of: lane) }
            statistics.peers[peer] = sum
        }
        return statistics
    }

    /// Closes every connection and waits until they are; what waits to be sent is dropped.
    package func close() async throws {
        let (listener, links) = state.withLock { state in
            state.isClosed = true
            defer { state.links = [:] }
            return (state.listener, state.links.values.flatMap(\.values))
        }
        listener?.close(promise: nil)
        let futures = links.compactMap { $0.close() } + reception.close()
        for future in futures + (listener.map { [$0.closeFuture] } ?? []) { try await future.get() }
    }
}

/// Where an envelope goes.
private struct Destination: Hashable {
    let peer: MemberID
    let lane: Lane

    init(_ envelope: PeerEnvelope) {
        peer = envelope.receiver
        lane = envelope.lane
    }
}

extension SocketTransport {
    /// The link of a lane; nil for a member that nobody named and that was never heard of.
    private func link(to peer: MemberID, on lane: Lane) -> PeerLink? {
        let own = settings.member
        return state.withLock { state in
            if let link = state.links[peer]?[lane] { return link }
            guard !state.isClosed, peer != own else { return nil }
            let told = book.address(of: peer)
            guard state.peers.keys.contains(peer) || told != nil else { return nil }
            let link = PeerLink(
                to: peer, on: lane, address: (state.peers[peer] ?? nil) ?? told, in: environment,
                eventLoop: group.next())
            state.links[peer, default: [:]][lane] = link
            return link
        }
    }

    /// Takes up where a member says that it listens, unless the owner said otherwise.
    private func use(_ address: PeerAddress, of peer: MemberID) {
        let isUsed = state.withLock { state in
            (state.peers[peer] ?? nil) == nil && state.links[peer] != nil
        }
        if isUsed { update(peer, address) }
    }

    /// Ends all connections of strangers of whom nothing is known any more.
    private func forget(_ peers: [MemberID]) {
        let closed = state.withLock { state in
            state.takeLinks(of: peers.filter { !state.peers.keys.contains($0) })
        }
        for link in closed { _ = link.close() }
        reception.end(peers)
    }

    /// Gives the links of a member its address, and connects.
    private func update(_ peer: MemberID, _ address: PeerAddress?) {
        guard let ordered = link(to: peer, on: .ordered) else { return }
        let bulk = state.withLock { $0.links[peer]?[.bulk] }
        if let address {
            ordered.setAddress(address)
            bulk?.setAddress(address)
        }
        ordered.open()
    }

    private func resolved(_ address: PeerAddress) async throws -> SocketAddress {
        if let numeric = try? SocketAddress(ipAddress: address.host, port: address.port) {
            return numeric
        }
        return try await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
        }
    }

    private func bootstrap() -> ServerBootstrap {
        let (environment, reception) = (environment, reception)
        // One loop reads all connections, so that none brings anything once another has taken its
        // place.
        var bootstrap = ServerBootstrap(group: group, childGroup: group.next())
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 1 << 10, initial: 16 << 10, maximum: 1 << 20)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls = environment.tls {
                        try pipeline.addHandler(NIOSSLServerHandler(context: tls().server))
                    }
                    try pipeline.addHandler(AcceptHandler(reception, environment))
                }
            }
        for (option, value) in LinkEnvironment.socketOptions(environment.options) {
            bootstrap = bootstrap.childChannelOption(option, value: value)
        }
        return bootstrap
    }
}

extension PeerStatistics {
    /// Adds what a link did.
    fileprivate mutating func add(_ link: PeerStatistics?, of lane: Lane) {
        guard let link else { return }
        queuedBytes += link.queuedBytes
        sentFrames += link.sentFrames
        sentBytes += link.sentBytes
        droppedEnvelopes += link.droppedEnvelopes
        role = role ?? link.role
        lastError = lastError ?? link.lastError
        guard lane == .ordered else { return }
        address = link.address
        isConnected = link.isConnected
    }
}
