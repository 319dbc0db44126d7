package import RaftCore

/// What a transport did, for people and metrics.
package struct TransportStatistics: Sendable {
    package var peers: [MemberID: PeerStatistics] = [:]
    /// Connections that were closed before or because of their greeting.
    package var refusedConnections = 0
    /// Why the last of them was.
    package var lastRefusal: String?
}

/// What a transport did for one peer.
package struct PeerStatistics: Sendable, Equatable {
    /// Where the peer is dialled, if that is known.
    package var address: PeerAddress?
    /// What the peer says that it is.
    package var role: String?
    /// Whether this host can send.
    package var isConnected = false
    /// Whether the peer is connected to this host.
    package var isHeard = false
    package var queuedBytes = 0
    package var sentFrames = 0
    package var sentBytes = 0
    package var receivedFrames = 0
    package var receivedBytes = 0
    /// Envelopes that did not fit, or whose peer was not there.
    package var droppedEnvelopes = 0
    /// Envelopes that came from or were for somebody else.
    package var misdirectedEnvelopes = 0
    /// Why the last connection ended or did not come about.
    package var lastError: String?
}
