import Logging
import NIOCore
import NIOPosix
import RaftCore
import RaftRuntime

/// What all connections of a transport share.
struct LinkEnvironment: Sendable {
    let doorkeeper: Doorkeeper
    /// What the next connection is encrypted with; nil is plaintext.
    let tls: (@Sendable () -> TLSContexts)?
    let allowsPlaintext: Bool
    let role: String
    let options: TransportOptions
    let entropy: any EntropySource
    let logger: Logger
    let book: PeerBook

    /// What this host says to a peer.
    func hello(to peer: MemberID, on lane: Lane) -> Hello {
        Hello(
            cluster: doorkeeper.cluster, sender: doorkeeper.member, receiver: peer, lane: lane,
            address: book.own, role: role)
    }

    /// Whether bytes may go to an address.
    func allows(_ address: SocketAddress?) -> Bool {
        tls != nil || allowsPlaintext || address?.isLoopback == true
    }

    /// The options of every connection: no waiting for more to send, and dead machines are noticed.
    static func socketOptions(
        _ options: TransportOptions
    ) -> [(ChannelOptions.Types.SocketOption, SocketOptionValue)] {
        let common: [(ChannelOptions.Types.SocketOption, SocketOptionValue)] = [
            (.tcpOption(.tcp_nodelay), 1), (.socketOption(.so_keepalive), 1),
        ]
        #if os(Linux)
        // The numbers of TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT and TCP_USER_TIMEOUT.
        let silence = options.silenceTimeout.nanoseconds / 1_000_000
        let seconds = SocketOptionValue(clamping: max(1, silence / 4_000))
        let numbers: [(Int32, SocketOptionValue)] = [
            (4, seconds), (5, seconds), (6, 3), (18, SocketOptionValue(clamping: silence)),
        ]
        return common
            + numbers.map { name, value in
                (.tcpOption(NIOBSDSocket.Option(rawValue: name)), value)
            }
        #else
        return common
        #endif
    }
}

extension SocketAddress {
    /// Whether the address never leaves the machine.
    var isLoopback: Bool {
        guard let text = ipAddress else { return pathname != nil }
        return text.hasPrefix("127.") || text.hasPrefix("::ffff:127.") || text == "::1"
    }
}
