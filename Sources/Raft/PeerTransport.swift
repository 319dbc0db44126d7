import CBOR
public import RaftCore
import RaftRuntime

/// The way to the other hosts, shared by all groups of a host.
///
/// ``SocketTransport`` is the one for a network, ``MemoryNetwork`` gives one for tests. Delivery is best
/// effort: an envelope arrives once, late, or not at all. Between two hosts the order is kept. A
/// transport makes sure who is at its other end: nobody else does.
public protocol PeerTransport: AnyObject, Sendable {
    /// Begins to carry envelopes, when the directory of a host is open.
    ///
    /// - Parameters:
    ///   - host: Who sends by it, and whom what arrives is for.
    ///   - cluster: Hosts of another one are strangers.
    ///   - receiver: Takes what arrives, on any thread; one call at a time for each sender.
    /// - Returns: Where others reach the host; nil if they only need to know who it is.
    /// - Throws: Whatever keeps it from working; the host is not opened then.
    func start(
        as host: MemberID, in cluster: ClusterID,
        receiver: @escaping @Sendable ([PeerEnvelope]) -> Void
    ) async throws -> String?

    /// Names the members of the host's groups, whenever they or their addresses change.
    func setPeers(_ peers: [RaftPeer])

    /// Queues envelopes for their receivers and returns at once; what does not fit is dropped.
    func send(_ envelopes: [PeerEnvelope])

    /// Ends what ``start(as:in:receiver:)`` began, when the host is closed.
    func stop() async
}

extension PeerTransport {
    /// Does nothing: for a transport that finds hosts by their members.
    public func setPeers(_ peers: [RaftPeer]) {}

    /// Does nothing.
    public func stop() async {}
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
