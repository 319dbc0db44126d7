package import Logging
package import RaftCore
package import RaftRuntime

/// What a transport has to know.
package struct TransportSettings: Sendable {
    /// The cluster; hosts of another one are refused.
    package var cluster: Identifier128
    /// The member that this host is, in every group.
    package var member: MemberID
    /// Where to listen; port 0 lets the system choose one.
    package var listen: PeerAddress
    /// What others are told to dial, if it is not where this host listens.
    package var advertised: PeerAddress?
    /// What this host is, for the people who look at the others.
    package var role: String
    /// What the next connection is encrypted with; nil is plaintext.
    package var tls: (@Sendable () -> TLSContexts)?
    /// Whether plaintext may leave the machine.
    package var allowsPlaintext = false
    package var options = TransportOptions()
    package var entropy: any EntropySource
    package var logger: Logger

    package init(
        cluster: Identifier128, member: MemberID, listen: PeerAddress, role: String = "member",
        tls: (@Sendable () -> TLSContexts)? = nil, entropy: any EntropySource = SystemEntropy(),
        logger: Logger
    ) {
        self.cluster = cluster
        self.member = member
        self.listen = listen
        self.role = role
        self.tls = tls
        self.entropy = entropy
        self.logger = logger
    }
}

/// Why a transport cannot start.
package struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
