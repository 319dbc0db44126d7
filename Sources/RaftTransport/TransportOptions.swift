package import NIOCore

/// Times and limits of a transport.
package struct TransportOptions: Sendable {
    /// What waits for a peer on one lane; more is dropped.
    package var queueBytesMaximum = 32 << 20
    /// How long a connection may take to be there and greeted.
    package var greetingTimeout = TimeAmount.seconds(5)
    /// After this long without an acknowledgement by the peer's machine a connection is dead (Linux).
    package var silenceTimeout = TimeAmount.seconds(10)
    /// After this long in which nothing that waits got through a connection is dead.
    package var stallTimeout = TimeAmount.seconds(30)
    /// How many connections may wait for their greeting at once.
    package var ungreetedMaximum = 64
    /// How many that are no members may be connected and remembered, the last ones.
    package var strangersMaximum = 64

    package init() {}
}
