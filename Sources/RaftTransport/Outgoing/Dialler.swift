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
        for (option, value) in LinkEnvironment.socketOptions(environment.options) {
            bootstrap = bootstrap.channelOption(option, value: value)
        }
        bootstrap.connect(host: address.host, port: address.port).whenComplete { result in
            switch result {
            case .success(let channel): begin(on: channel, for: link)
            case .failure(let error): link.lost(PeerFault(error))
            }
        }
    }

    /// Talks over the one connection that came about.
    ///
    /// The addresses of a name are tried side by side; who greeted over each of them would be several.
    private func begin(on channel: any Channel, for link: any DialledLink) {
        do {
            guard channel.isActive else { throw PeerFault.closed }
            guard link.began(channel) else { return channel.close(promise: nil) }
            let pipeline = channel.pipeline.syncOperations
            if let tls = environment.tls {
                try pipeline.addHandler(
                    NIOSSLClientHandler(context: tls().client, serverHostname: nil))
            }
            try pipeline.addHandler(DialHandler(link, environment))
        } catch {
            link.lost(PeerFault(error))
            channel.close(promise: nil)
        }
    }
}
