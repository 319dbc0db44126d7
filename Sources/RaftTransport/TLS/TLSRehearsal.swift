import NIOCore
import NIOEmbedded
import NIOSSL

extension TLSSettings {
    /// Finds what others would refuse, before they are asked.
    ///
    /// - Parameters:
    ///   - time: Seconds since 1970.
    ///   - isClient: Whether they are shown to servers only.
    /// - Throws: ``CertificateFault``.
    package func check(at time: Int, isClient: Bool = false) throws {
        for certificate in certificates {
            guard time >= certificate.notValidBefore else { throw CertificateFault.notYetValid }
            guard time <= certificate.notValidAfter else { throw CertificateFault.expired }
        }
        try contexts(trustingAnybody: isClient).rehearse()
    }

    /// Until when the certificates are valid, in seconds since 1970.
    package var end: Int { certificates.map(\.notValidAfter).min() ?? 0 }
}

extension TLSContexts {
    /// Lets both sides meet in memory: what they think of each other is what members will think.
    fileprivate func rehearse() throws {
        let listener = EmbeddedChannel(handler: NIOSSLServerHandler(context: server))
        let dialler = EmbeddedChannel(
            handler: try NIOSSLClientHandler(context: client, serverHostname: nil))
        do {
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
            for channel in [listener, dialler] {
                channel.connect(to: address, promise: nil)
                channel.embeddedEventLoop.run()
            }
            dialler.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
            while try Self.move(from: dialler, to: listener)
                + Self.move(from: listener, to: dialler)
                > 0
            {}
            guard try listener.readInbound(as: ByteBuffer.self) != nil else {
                throw CertificateFault.refused("the handshake did not end")
            }
        } catch {
            throw CertificateFault.refused(TLSFailure(error)?.reason ?? "\(error)")
        }
    }

    /// Hands over what one side has written.
    ///
    /// - Returns: The number of bytes.
    private static func move(
        from source: EmbeddedChannel, to target: EmbeddedChannel
    ) throws -> Int {
        var byteCount = 0
        while let bytes = try source.readOutbound(as: ByteBuffer.self) {
            byteCount += bytes.readableBytes
            try target.writeInbound(bytes)
        }
        return byteCount
    }
}
