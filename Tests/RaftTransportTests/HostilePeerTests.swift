import NIOCore
import NIOPosix
import RaftCore
import RaftRuntime
import TestSupport
import Testing

@testable import RaftTransport

/// Whatever comes over a connection, it ends with a reason, and the host goes on.
@Suite("Hostile connections", .timeLimit(.minutes(1))) struct HostilePeerTests {
    private static func hello(
        from sender: MemberID = TestHost.member(1), to receiver: MemberID = TestHost.member(2),
        cluster: Identifier128 = TestHost.cluster
    ) -> Greeting {
        .hello(
            Hello(
                cluster: cluster, sender: sender, receiver: receiver, lane: .ordered,
                address: nil, role: "test"))
    }

    private static let http = Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
    private static let tls: [UInt8] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + Array(0..<200)

    @Test(arguments: [
        (http, "expected a shorter frame"), (tls, "expected a shorter frame"),
        ([0, 0, 0, 0], "no greeting of this protocol"),
        ([0, 0, 0, 3, 1, 2, 3], "no greeting of this protocol"),
        ([0, 0, 0x10, 1], "expected a shorter frame, found 4097 bytes"),
        ([0xFF, 0xFF, 0xFF, 0xFF], "expected a shorter frame, found 4294967295 bytes"),
        (
            RawSocket.frame(hello(cluster: Identifier128(high: 1, low: 1))),
            "refused: another cluster"
        ),
        (RawSocket.frame(hello(to: TestHost.member(3))), "it wants another member"),
        (
            RawSocket.frame(hello(to: TestHost.member(2, incarnation: 1))),
            "it wants another member or incarnation"
        ),
        (RawSocket.frame(hello(from: TestHost.member(2))), "another member or incarnation than"),
    ])
    func `what is no greeting for this host ends the connection`(
        bytes: [UInt8], reason: String
    ) async throws {
        let host = try await TestHost(2)
        let socket = try await RawSocket.connect(to: host.address)
        socket.send(bytes)
        try await socket.closed()
        await host.lines.line(reason)
        #expect(host.transport.statistics.refusedConnections == 1)
        #expect(host.transport.statistics.lastRefusal?.contains(reason) == true)
        try await Self.expectItWorks(host)
    }

    @Test func `random bytes never trap`() async throws {
        let host = try await TestHost(2)
        var random = TestRandom()
        for round in 0..<50 {
            let socket = try await RawSocket.connect(to: host.address)
            var bytes = round % 2 == 0 ? [] : RawSocket.frame(Self.hello())
            bytes += [0, 0, 0] + (0..<200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            socket.send(bytes)
            socket.send([0xFF, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0xFF, count: 255))
            try await socket.closed()
        }
        try await Self.expectItWorks(host)
    }

    @Test(arguments: [
        ([0, 0, 0, 2, 0xA0, 0xA0], "expected an envelope"), ([2, 0, 0, 1], "expected a shorter"),
    ])
    func `what is no envelope ends the connection, and what came before is kept`(
        bytes: [UInt8], reason: String
    ) async throws {
        let host = try await TestHost(2)
        let socket = try await RawSocket.connect(to: host.address)
        let envelope = Self.envelope()
        socket.send(RawSocket.frame(Self.hello()) + RawSocket.frame(envelope) + bytes)
        try await socket.closed()
        await host.lines.line("closed a connection of a peer: \(reason)")
        #expect(await host.received.wait(count: 1) == [envelope])
        try await Self.expectItWorks(host)
    }

    @Test func `a frame that is cut is told`() async throws {
        let host = try await TestHost(2)
        let socket = try await RawSocket.connect(to: host.address)
        socket.send(RawSocket.frame(Self.hello()) + RawSocket.frame(Self.envelope()).dropLast())
        _ = await socket.read.wait(count: 1)
        try await socket.channel.close()
        await host.lines.line("the connection ended within a frame")
        #expect(host.received.all.isEmpty)
        try await Self.expectItWorks(host)
    }

    @Test func `envelopes from or for another member are dropped and told once`() async throws {
        let host = try await TestHost(2)
        let socket = try await RawSocket.connect(to: host.address)
        var foreign = Self.envelope()
        foreign.sender = TestHost.member(3)
        var strayed = Self.envelope()
        strayed.receiver = TestHost.member(2, incarnation: 1)
        let good = Self.envelope()
        socket.send(
            [Self.hello()].flatMap(RawSocket.frame)
                + [foreign, strayed, foreign, good].flatMap(RawSocket.frame))
        #expect(await host.received.wait(count: 1) == [good])
        let lines = host.lines.all.filter { $0.contains("another member") }
        #expect(lines.count == 1)
        let statistics = host.transport.statistics.peers[TestHost.member(1)]
        #expect(statistics?.misdirectedEnvelopes == 3)
        #expect(statistics?.receivedFrames == 4)
        try await socket.channel.close()
        try await host.close()
    }

    @Test func `who does not greet in time is cut off`() async throws {
        let host = try await TestHost(2) { $0.options.greetingTimeout = .milliseconds(50) }
        let socket = try await RawSocket.connect(to: host.address)
        try await socket.closed()
        await host.lines.line("no greeting came in time")
        #expect(host.transport.statistics.refusedConnections == 1)
        try await host.close()
    }

    @Test func `a connection that ends before it is there leaves its place`() async throws {
        let gone = try await TestHost(2)
        try await gone.close()
        let lines = Events<String>()
        let environment = TestHost.environment(of: gone.member, lines: lines)
        let reception = Reception(environment: environment)
        // Never active: nobody listens there.
        let attempt = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = AcceptHandler(reception, environment)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: gone.address.host, port: gone.address.port)
        await #expect(throws: (any Error).self) { try await attempt.get() }
        await lines.line("refused a connection")
        #expect(reception.statistics.refusedConnections == 1)
    }

    @Test func `only so many may wait with their greeting`() async throws {
        let host = try await TestHost(2) { $0.options.ungreetedMaximum = 2 }
        let first = try await RawSocket.connect(to: host.address)
        let second = try await RawSocket.connect(to: host.address)
        let third = try await RawSocket.connect(to: host.address)
        try await third.closed()
        await host.lines.line("too many connections")
        first.send(RawSocket.frame(Self.hello()) + RawSocket.frame(Self.envelope()))
        #expect(await host.received.wait(count: 1).count == 1)
        try await first.channel.close()
        try await second.channel.close()
        try await Self.expectItWorks(host)
    }

    @Test func `who finds ever another reason to be refused does not fill the log`() async throws {
        let host = try await TestHost(2)
        for number in 1...64 as ClosedRange<UInt8> {
            let socket = try await RawSocket.connect(to: host.address)
            socket.send([1, 0, 0, number])
            try await socket.closed()
        }
        await host.lines.line("found \((1 << 24) + 64) bytes")
        #expect(host.lines.all.count { $0.contains("refused a connection") } == 7)
        try await Self.expectItWorks(host)
    }

    @Test func `a newer connection of a peer replaces the older`() async throws {
        let host = try await TestHost(2)
        let older = try await RawSocket.connect(to: host.address)
        older.send(RawSocket.frame(Self.hello()))
        _ = await older.read.wait(count: 1)
        let newer = try await RawSocket.connect(to: host.address)
        newer.send(RawSocket.frame(Self.hello()) + RawSocket.frame(Self.envelope()))
        try await older.closed()
        #expect(await host.received.wait(count: 1).count == 1)
        #expect(host.transport.statistics.peers[TestHost.member(1)]?.isHeard == true)
        try await newer.channel.close()
        try await host.close()
    }

    @Test(arguments: [
        (hello(from: TestHost.member(3), to: TestHost.member(1)), "than the expected one"),
        (hello(from: TestHost.member(2), to: TestHost.member(4)), "it wants another member"),
        (.refusal(.wrongCluster), "refused by the other side: another cluster"),
    ])
    func `a host that answers for another one is sent nothing`(
        answer: Greeting, reason: String
    ) async throws {
        let listener = try await RawListener(sending: RawSocket.frame(answer))
        let host = try await TestHost(1)
        host.transport.setPeers([TestHost.member(2): listener.address])
        host.transport.send([host.envelope(1, to: TestHost.member(2))])
        await host.lines.line(reason)
        let statistics = host.transport.statistics.peers[TestHost.member(2)]
        #expect(statistics?.sentFrames == 0)
        #expect(statistics?.lastError?.contains(reason) == true)
        try await host.close()
        try await listener.close()
    }

    private static func envelope() -> PeerEnvelope {
        PeerEnvelope(
            group: TestHost.group, sender: TestHost.member(1), receiver: TestHost.member(2),
            content: .commands([]))
    }

    /// Whether a host still serves its peers; ends it.
    private static func expectItWorks(_ host: TestHost) async throws {
        let peer = try await TestHost(7)
        peer.setPeer(host)
        peer.transport.send([peer.envelope(99, to: host.member)])
        _ = await host.received.wait { envelopes in envelopes.contains { $0.number == 99 } }
        try await peer.close()
        try await host.close()
    }
}
