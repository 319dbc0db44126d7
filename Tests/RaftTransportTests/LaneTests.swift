import NIOCore
import RaftCore
import RaftRuntime
import Testing

@testable import RaftTransport

@Suite("Lanes", .timeLimit(.minutes(1))) struct LaneTests {
    @Test func `pieces of snapshots arrive, and heartbeats beside them`() async throws {
        let first = try await TestHost(1)
        let second = try await TestHost(2)
        first.setPeer(second)
        let pieces = (0..<20).map {
            first.piece($0 << 20, to: second.member, bytes: 1 << 20)
        }
        let small = (1...20).map { first.envelope($0, to: second.member) }
        for (piece, envelope) in zip(pieces, small) { first.transport.send([piece, envelope]) }
        let received = await second.received.wait(count: 40)
        #expect(received.filter { $0.lane == .bulk } == pieces)
        #expect(received.filter { $0.lane == .ordered } == small)
        try await first.close()
        try await second.close()
    }

    /// The bulk connection takes nothing at all, and everything else goes through.
    @Test func `a stalled snapshot holds up no heartbeat`() async throws {
        let peer = TestHost.member(2)
        let received = Events<Bool>()
        let listener = try await LaneListener(member: peer, received: received)
        let host = try await TestHost(1)
        host.transport.setPeers([peer: listener.address])
        let pieces = (0..<24).map { host.piece($0 << 20, to: peer, bytes: 1 << 20) }
        host.transport.send(pieces)
        await listener.bulkGreeted()
        host.transport.send([host.envelope(1, to: peer)])
        _ = await received.wait(count: 1)
        #expect(host.transport.statistics.peers[peer]?.queuedBytes ?? 0 > 1 << 20)
        try await host.close()
        try await listener.close()
    }

    @Test func `one read is one delivery`() async throws {
        let host = try await TestHost(2)
        let socket = try await RawSocket.connect(to: host.address)
        let hello = Greeting.hello(
            Hello(
                cluster: TestHost.cluster, sender: TestHost.member(1), receiver: host.member,
                lane: .ordered, address: nil, role: ""))
        let frame = RawSocket.frame(
            PeerEnvelope(
                group: TestHost.group, sender: TestHost.member(1), receiver: host.member,
                content: .commands([])))
        socket.send(RawSocket.frame(hello) + (0..<50).flatMap { _ in frame })
        _ = await host.received.wait(count: 50)
        #expect(host.deliveries.all.reduce(0, +) == 50)
        #expect(host.deliveries.all.count <= 2)
        try await socket.channel.close()
        try await host.close()
    }
}
