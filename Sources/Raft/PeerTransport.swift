import CBOR
public import RaftCore
import RaftRuntime

/// The way to the other hosts, shared by all groups of a host.
///
/// Delivery is best effort: an envelope arrives once, late, or not at all. Between two hosts the order
/// is kept.
public protocol PeerTransport: AnyObject, Sendable {
    /// Names the only one who takes what arrives, on any thread; called before the first
    /// ``send(_:)``, when a host is opened.
    func deliver(to receiver: @escaping @Sendable ([PeerEnvelope]) -> Void)

    /// Queues envelopes for their receivers and returns at once; what does not fit is dropped.
    func send(_ envelopes: [PeerEnvelope])
}

/// What one member tells another; only its ends are of interest to a transport.
public struct PeerEnvelope: Sendable, Hashable {
    let content: RaftRuntime.PeerEnvelope

    init(_ content: RaftRuntime.PeerEnvelope) { self.content = content }

    /// Who sent it.
    public var sender: MemberID { content.sender }
    /// Whom it is for.
    public var receiver: MemberID { content.receiver }

    /// The bytes to send.
    public var encoded: [UInt8] {
        var writer = CBORWriter()
        content.write(to: &writer)
        return writer.finish()
    }

    /// Reads what arrived.
    ///
    /// - Throws: If the bytes are no envelope; any bytes may come.
    public init(encoded bytes: [UInt8]) throws {
        content = try bytes.withUnsafeBytes { try RaftRuntime.PeerEnvelope(encoded: $0) }
    }
}

/// Gives a user's transport the shape that the runtime knows.
final class TransportAdapter: RaftRuntime.PeerTransport {
    private let transport: any PeerTransport

    init(_ transport: any PeerTransport) { self.transport = transport }

    func deliver(to receiver: @escaping @Sendable ([RaftRuntime.PeerEnvelope]) -> Void) {
        transport.deliver { receiver($0.map(\.content)) }
    }

    func send(_ envelopes: [RaftRuntime.PeerEnvelope]) {
        transport.send(envelopes.map(PeerEnvelope.init))
    }
}
