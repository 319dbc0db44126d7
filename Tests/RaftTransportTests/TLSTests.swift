import NIOCore
import RaftCore
import RaftRuntime
import Testing

@testable import RaftTransport

@Suite("TLS between hosts", .timeLimit(.minutes(1))) struct TLSTests {
    private static func host(_ node: UInt64, _ tls: TLSSettings) async throws -> TestHost {
        let contexts = try tls.contexts()
        return try await TestHost(node) { $0.tls = { contexts } }
    }

    @Test func `hosts with certificates of one authority talk`() async throws {
        let maker = try CertificateMaker()
        let first = try await Self.host(1, try maker.settings(node: 1))
        let second = try await Self.host(2, try maker.settings(node: 2))
        first.setPeer(second)
        let sent = (1...200).map { first.envelope($0, to: second.member, bytes: 2_000) }
        first.transport.send(sent)
        #expect(await second.received.wait(count: 200) == sent)
        first.transport.send([first.piece(0, to: second.member, bytes: 1 << 20)])
        #expect(await second.received.wait(count: 201).last?.lane == .bulk)
        try await first.close()
        try await second.close()
    }

    @Test func `a certificate of another authority is refused`() async throws {
        let first = try await Self.host(1, try CertificateMaker().settings(node: 1))
        let second = try await Self.host(2, try CertificateMaker().settings(node: 2))
        first.setPeer(second)
        first.transport.send([first.envelope(1, to: second.member)])
        await first.lines.line("CERTIFICATE_VERIFY_FAILED")
        try await Self.expectNothingWasSent(first, second)
    }

    @Test(arguments: [
        (3 as UInt64, TestHost.cluster),
        (2 as UInt64, Identifier128(high: 1, low: 1)),
    ])
    func `who answers with the certificate of another member is sent nothing`(
        node: UInt64, cluster: Identifier128
    ) async throws {
        let maker = try CertificateMaker()
        let first = try await Self.host(1, try maker.settings(node: 1))
        let second = try await Self.host(2, try maker.settings(node: node, cluster: cluster))
        first.setPeer(second)
        first.transport.send([first.envelope(1, to: second.member)])
        await first.lines.line("a certificate of another member")
        try await Self.expectNothingWasSent(first, second)
    }

    @Test func `who dials with the certificate of another member is let in nowhere`() async throws {
        let maker = try CertificateMaker()
        let first = try await Self.host(1, try maker.settings(node: 3))
        let second = try await Self.host(2, try maker.settings(node: 2))
        first.setPeer(second)
        first.transport.send([first.envelope(1, to: second.member)])
        await second.lines.line("refused: a certificate of another member")
        await first.lines.line("refused by the other side: a certificate of another member")
        try await Self.expectNothingWasSent(first, second)
    }

    @Test func `certificates that are there now serve the next connection`() async throws {
        let maker = try CertificateMaker()
        let first = try await Self.host(1, try maker.settings(node: 1))
        let strange = try CertificateMaker().settings(node: 2).contexts()
        let current = Lock(strange)
        let second = try await TestHost(2) { $0.tls = { current.withLock { $0 } } }
        first.setPeer(second)
        await first.lines.line("CERTIFICATE_VERIFY_FAILED")
        let own = try maker.settings(node: 2).contexts()
        current.withLock { $0 = own }
        await first.lines.line("connected to a peer")
        first.transport.send([first.envelope(1, to: second.member)])
        #expect(await second.received.wait(count: 1).count == 1)
        try await first.close()
        try await second.close()
    }

    @Test func `plaintext and TLS do not talk to each other`() async throws {
        let maker = try CertificateMaker()
        let first = try await TestHost(1)
        let second = try await Self.host(2, try maker.settings(node: 2))
        first.setPeer(second)
        second.setPeer(first)
        await second.lines.line("refused a connection")
        await first.lines.line("refused a connection: expected a shorter frame")
        try await Self.expectNothingWasSent(first, second)
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1"])
    func `plaintext does not listen off loopback`(host: String) async throws {
        let error = await #expect(throws: TransportError.self) {
            try await TestHost(1) { $0.listen = PeerAddress(host: host, port: 0) }
        }
        #expect(error?.description.contains("plaintext is allowed on loopback only") == true)
    }

    @Test func `plaintext is not dialled off loopback`() async throws {
        let host = try await TestHost(1)
        host.transport.setPeers([TestHost.member(2): PeerAddress(host: "192.0.2.1", port: 1)])
        await host.lines.line("plaintext is allowed on loopback only")
        try await host.close()
    }

    @Test func `plaintext off loopback is a choice, and with certificates it is none`() async throws
    {
        let open = try await TestHost(1) {
            $0.listen = PeerAddress(host: "0.0.0.0", port: 0)
            $0.allowsPlaintext = true
        }
        try await open.close()
        let tls = try CertificateMaker().settings(node: 1).contexts()
        let secret = try await TestHost(1) {
            $0.listen = PeerAddress(host: "0.0.0.0", port: 0)
            $0.tls = { tls }
        }
        try await secret.close()
    }

    private static func expectNothingWasSent(
        _ first: TestHost, _ second: TestHost
    ) async throws {
        try await first.close()
        try await second.close()
        #expect(second.received.all.isEmpty)
        #expect(first.transport.statistics.peers[second.member]?.sentFrames ?? 0 == 0)
    }
}
