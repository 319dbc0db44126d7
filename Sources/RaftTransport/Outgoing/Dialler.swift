import NIOCore
import NIOPosix
import NIOSSL
import RaftCore
import RaftRuntime

/// Opens connections to peers.
struct Dialler: Sendable {
    let environment: LinkEnvironment

    /// Opens a connection on the link's event loop and tells the link what becomes of it.
    func dial(_ address: PeerAddress, for link: any DialledLink) {
        let numeric = try? SocketAddress(ipAddress: address.host, port: address.port)
        if let numeric, !environment.allows(numeric) { return link.lost(.plaintextOffLoopback) }
        var bootstrap = ClientBootstrap(group: link.eventLoop)
            .connectTimeout(environment.options.greetingTimeout)
            .channelOption(
                .writeBufferWaterMark, value: .init(low: 128 << 10, high: 512 << 10)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls = environment.tls {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls.client, serverHostname: nil))
                    }
                    try pipeline.addHandler(DialHandler(link, environment))
                }
            }
        for (option, value) in LinkEnvironment.socketOptions(environment.options) {
            bootstrap = bootstrap.channelOption(option, value: value)
        }
        bootstrap.connect(host: address.host, port: address.port).whenFailure { error in
            link.lost(PeerFault(error))
        }
    }
}
