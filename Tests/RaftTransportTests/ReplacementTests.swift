import NIOCore
import RaftCore
import RaftRuntime
import Testing

@testable import RaftTransport

/// The order of what a host sends is kept even when it opens another connection.
@Suite("Replaced connections", .timeLimit(.minutes(1))) struct ReplacementTests {
    @Test func `nothing of an older connection comes after something of a newer one`()
        async throws
    {
        let host = try await TestHost(2)
        let older = (1...200).flatMap { RawSocket.frame(Self.envelope($0)) }
        var seen = 0
        for _ in 1...100 {
            let (first, second) = try await (
                RawSocket.connect(to: host.address), RawSocket.connect(to: host.address)
            )
            first.send(RawSocket.frame(Self.hello))
            _ = await first.read.wait(count: 1)
            first.send(older)
            second.send(RawSocket.frame(Self.hello) + RawSocket.frame(Self.envelope(1_000)))
            let before = seen
            let all = await host.received.wait {
                $0.dropFirst(before).contains(where: Self.isNewer)
            }
            try await first.closed()
            try await second.channel.close()
            seen = host.received.all.count
            let behind = host.received.all[before...].drop(while: { !Self.isNewer($0) })
            #expect(behind.count == 1, "\(all.count) envelopes")
        }
        try await host.close()
    }

    private static let hello = Greeting.hello(
        Hello(
            cluster: TestHost.cluster, sender: TestHost.member(1), receiver: TestHost.member(2),
            lane: .ordered, address: nil, role: "test"))

    private static func isNewer(_ envelope: PeerEnvelope) -> Bool { envelope.number == 1_000 }

    private static func envelope(_ number: UInt64) -> PeerEnvelope {
        let command = ForwardedCommand(
            number: number, payload: [], mayUseReserve: false, timeout: .seconds(1))
        return PeerEnvelope(
            group: TestHost.group, sender: TestHost.member(1), receiver: TestHost.member(2),
            content: .commands([command]))
    }
}
