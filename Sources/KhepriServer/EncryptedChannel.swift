import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// An HTTP connection over TLS, each with the certificates that are in force when it begins.
struct EncryptedChannel: HTTPChannelHandler {
    let base: HTTP1Channel
    let context: @Sendable () -> NIOSSLContext

    var responder: HTTPChannelHandler.Responder { base.responder }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            let handler = NIOSSLServerHandler(context: context())
            try channel.pipeline.syncOperations.addHandler(handler)
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}
