import NIOCore
import RaftCore
import RaftRuntime
import Testing

@testable import RaftTransport

@Suite("Connections of hosts", .timeLimit(.minutes(1))) struct ConnectionTests {
    @Test func `envelopes arrive whole and in order, both ways`() async throws {
        let first = try await TestHost(1)
        let second = try await TestHost(2)
        first.setPeer(second)
        second.setPeer(first)
        let there = (1...500).map { first.envelope($0, to: second.member, bytes: Int($0)) }
        let back = (1...50).map { second.envelope($0, to: first.member, bytes: 70_000) }
        for envelope in there { first.transport.send([envelope]) }
        second.transport.send(back)
        #expect(await second.received.wait(count: 500) == there)
        #expect(await first.received.wait(count: 50) == back)
        try await first.close()
        try await second.close()
    }

    @Test func `a peer that starts late, ends and starts again is found again`() async throws {
        let first = try await TestHost(1)
        var second = try await TestHost(2)
        let address = second.address
        try await second.close()
        first.setPeer(second)
        await first.lines.line("no connection to a peer")
        for round in 1...3 as ClosedRange<UInt64> {
            let count = first.lines.all.count
            second = try await TestHost(2, port: address.port)
            await first.lines.line("connected to a peer", after: count)
            let envelope = first.envelope(round, to: second.member)
            first.transport.send([envelope])
            #expect(await second.received.wait(count: 1) == [envelope])
            let before = first.lines.all.count
            try await second.close()
            await first.lines.line("no connection to a peer: ", after: before)
        }
        try await first.close()
    }

    @Test func `a peer is dialled by its name`() async throws {
        let first = try await TestHost(1)
        let second = try await TestHost(2)
        let name = PeerAddress(host: "localhost", port: second.address.port)
        first.transport.setPeers([second.member: name])
        first.transport.send([first.envelope(1, to: second.member)])
        #expect(await second.received.wait(count: 1).map(\.number) == [1])
        try await first.close()
        try await second.close()
    }

    @Test func `a peer without address is dialled where it says that it listens`() async throws {
        let first = try await TestHost(1)
        let second = try await TestHost(2)
        second.transport.setPeers([first.member: nil])
        first.setPeer(second)
        await second.lines.line("connected to a peer")
        second.transport.send([second.envelope(1, to: first.member)])
        #expect(await first.received.wait(count: 1).map(\.number) == [1])
        #expect(second.transport.statistics.peers[first.member]?.address == first.address)
        try await first.close()
        try await second.close()
    }

    @Test func `a member that nobody named is answered`() async throws {
        let first = try await TestHost(1)
        let second = try await TestHost(2)
        first.setPeer(second)
        first.transport.send([first.envelope(1, to: second.member)])
        _ = await second.received.wait(count: 1)
        second.transport.send([second.envelope(2, to: first.member)])
        #expect(await first.received.wait(count: 1).map(\.number) == [2])
        try await first.close()
        try await second.close()
    }
}
