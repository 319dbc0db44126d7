import Logging
import NIOCore
import NIOPosix
import RaftCore
import RaftRuntime

@testable import RaftTransport

/// A transport on a port of this machine, with what it received and what it logged.
struct TestHost {
    static let cluster = Identifier128(high: 0x0123_4567_89AB_CDEF, low: 1)
    static let group = GroupID(high: 5, low: 6)

    let transport: SocketTransport
    let member: MemberID
    let address: PeerAddress
    let received = Events<PeerEnvelope>()
    /// How many envelopes each delivery had.
    let deliveries = Events<Int>()
    let lines: Events<String>

    /// Starts a host.
    init(
        _ node: UInt64, port: Int = 0,
        _ change: (inout TransportSettings) -> Void = { _ in }
    ) async throws {
        let lines = Events<String>()
        self.lines = lines
        member = Self.member(node)
        var settings = TransportSettings(
            cluster: Self.cluster, member: member,
            listen: PeerAddress(host: "127.0.0.1", port: port),
            logger: Logger(label: "test") { _ in EventLog(lines) })
        change(&settings)
        transport = SocketTransport(settings, group: MultiThreadedEventLoopGroup.singleton)
        transport.deliver { [received, deliveries] envelopes in
            deliveries.add([envelopes.count])
            received.add(envelopes)
        }
        address = try await transport.start()
    }

    static func member(_ node: UInt64, incarnation: UInt64 = 9) -> MemberID {
        MemberID(node: node, incarnation: Identifier128(high: node, low: incarnation))
    }

    /// What the connections of a host share, without the host.
    static func environment(
        of member: MemberID, lines: Events<String> = Events()
    ) -> LinkEnvironment {
        LinkEnvironment(
            doorkeeper: Doorkeeper(cluster: cluster, member: member), tls: nil,
            allowsPlaintext: false, role: "test", options: TransportOptions(),
            entropy: SystemEntropy(), logger: Logger(label: "test") { _ in EventLog(lines) },
            book: PeerBook(own: nil, strangersMaximum: 64))
    }

    /// Names the only other host.
    func setPeer(_ host: TestHost) { transport.setPeers([host.member: host.address]) }

    /// An envelope that carries a number.
    func envelope(_ number: UInt64, to receiver: MemberID, bytes: Int = 0) -> PeerEnvelope {
        let command = ForwardedCommand(
            number: number, payload: [UInt8](repeating: 7, count: bytes), mayUseReserve: false,
            timeout: .seconds(1))
        return PeerEnvelope(
            group: Self.group, sender: member, receiver: receiver, content: .commands([command]))
    }

    /// A piece of a snapshot.
    func piece(_ offset: UInt64, to receiver: MemberID, bytes: Int) -> PeerEnvelope {
        let chunk = SnapshotChunk(
            position: LogPosition(index: LogIndex(9), term: Term(1)),
            configuration: Configuration(voters: [member]), offset: offset, byteCount: bytes,
            round: ReadRound(1))
        return PeerEnvelope(
            group: Self.group, sender: member, receiver: receiver,
            content: .raft(
                RaftMessage(term: Term(1), content: .snapshot(chunk)),
                .bytes([UInt8](repeating: 3, count: bytes))))
    }

    func close() async throws { try await transport.close() }
}

extension PeerEnvelope {
    /// The number that a test gave it.
    var number: UInt64? {
        guard case .commands(let commands) = content else { return nil }
        return commands.first?.number
    }
}
