import NIOCore
import RaftCore
import RaftRuntime
import TestSupport
import Testing

@testable import RaftTransport

/// Whoever has a certificate may greet, as any incarnation of its node; what that costs has a limit.
@Suite("Strangers", .timeLimit(.minutes(1))) struct StrangerTests {
    @Test func `strangers beyond the limit are forgotten, first those not heard for longest`() {
        var acquaintances = Acquaintances(strangersMaximum: 2)
        #expect(acquaintances.meet(TestHost.member(1)).isEmpty)
        #expect(acquaintances.meet(TestHost.member(2)).isEmpty)
        #expect(acquaintances.meet(TestHost.member(1)).isEmpty, "known already")
        #expect(acquaintances.meet(TestHost.member(3)) == [TestHost.member(2)])
        #expect(acquaintances.hear(TestHost.member(1)) { $0.statistics.receivedFrames += 1 })
        #expect(acquaintances.meet(TestHost.member(4)) == [TestHost.member(3)])
        #expect(acquaintances.peers[TestHost.member(1)]?.statistics.receivedFrames == 1)
        #expect(!acquaintances.hear(TestHost.member(3)) { _ in }, "whoever is forgotten is unknown")
    }

    @Test func `members are remembered, until they are members no more`() {
        var acquaintances = Acquaintances(strangersMaximum: 1)
        let members = (1...3).map { TestHost.member($0) }
        #expect(acquaintances.setMembers(Set(members)).isEmpty)
        for member in members { #expect(acquaintances.meet(member).isEmpty) }
        #expect(acquaintances.meet(TestHost.member(4)).isEmpty)
        #expect(acquaintances.meet(TestHost.member(5)) == [TestHost.member(4)])
        #expect(acquaintances.setMembers([members[1]]) == [members[0], members[2]])
        #expect(Set(acquaintances.peers.keys) == [members[1], TestHost.member(5)])
    }

    @Test func `an endless number of incarnations holds no more than a few connections`()
        async throws
    {
        let host = try await TestHost(2) { $0.options.strangersMaximum = 2 }
        let member = TestHost.member(7)
        host.transport.setPeers([member: nil])
        let sender = try await Self.greet(host, as: member)
        var strangers: [RawSocket] = []
        for incarnation in 1...20 as ClosedRange<UInt64> {
            let stranger = TestHost.member(1, incarnation: incarnation)
            strangers.append(try await Self.greet(host, as: stranger))
        }
        for socket in strangers.dropLast(2) { try await socket.closed() }
        // One thread serves all connections: what it did before it took this is told by now.
        let envelope = Self.envelope(from: member, to: host.member)
        sender.send(RawSocket.frame(envelope))
        #expect(await host.received.wait(count: 1) == [envelope])
        let statistics = host.transport.statistics
        #expect(
            Set(statistics.peers.filter { $0.value.isHeard }.keys) == [
                member, TestHost.member(1, incarnation: 19), TestHost.member(1, incarnation: 20),
            ])
        #expect(statistics.peers.count == 3)
        #expect(statistics.refusedConnections == 18)
        #expect(host.lines.all.count { $0.contains("no members are connected") } == 5)
        for socket in strangers.suffix(2) + [sender] { try await socket.channel.close() }
        try await host.close()
    }

    @Test func `a host that nobody named is not dialled any more once it is forgotten`()
        async throws
    {
        let host = try await TestHost(2) { $0.options.strangersMaximum = 1 }
        let first = try await TestHost(3)
        first.setPeer(host)
        first.transport.send([first.envelope(1, to: host.member)])
        _ = await host.received.wait(count: 1)
        host.transport.send([host.envelope(2, to: first.member)])
        _ = await first.received.wait(count: 1)
        #expect(host.transport.statistics.peers[first.member]?.isConnected == true)
        let address = PeerAddress(host: "127.0.0.1", port: 9)
        let second = try await Self.greet(host, as: TestHost.member(4), at: address)
        await host.lines.line("no members are connected")
        // It comes back at once, as others that were sent away do, and is the last one heard again.
        try await second.closed()
        #expect(host.transport.statistics.peers[first.member]?.isConnected == false)
        host.transport.send([host.envelope(3, to: TestHost.member(4))])
        #expect(host.transport.statistics.peers[TestHost.member(4)] == nil)
        try await first.close()
        try await host.close()
    }

    /// Opens a connection, and waits until the host has greeted back.
    private static func greet(
        _ host: TestHost, as member: MemberID, at address: PeerAddress? = nil
    ) async throws -> RawSocket {
        let socket = try await RawSocket.connect(to: host.address)
        let hello = Hello(
            cluster: TestHost.cluster, sender: member, receiver: host.member, lane: .ordered,
            address: address, role: "test")
        socket.send(RawSocket.frame(.hello(hello)))
        _ = await socket.read.wait(count: 1)
        return socket
    }

    private static func envelope(from sender: MemberID, to receiver: MemberID) -> PeerEnvelope {
        PeerEnvelope(
            group: TestHost.group, sender: sender, receiver: receiver, content: .commands([]))
    }
}
