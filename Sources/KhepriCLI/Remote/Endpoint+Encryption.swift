import NIOCore
import NIOSSL
import NIOTLS
import RaftTransport

extension Endpoint {
    /// Encrypts a connection to the server, if its address says so; returns when both sides agree.
    ///
    /// - Throws: ``ProgramExit`` 3; the connection is closed then.
    func encrypt(_ channel: any Channel) async throws {
        guard isEncrypted else { return }
        do {
            let context =
                try context ?? NIOSSLContext(configuration: .makeClientConfiguration())
            let isAddress = (try? SocketAddress(ipAddress: host, port: port)) != nil
            let name = isAddress ? nil : host
            try await channel.eventLoop.flatSubmit {
                Self.encrypt(channel, context, name: name)
            }.get()
        } catch {
            channel.close(promise: nil)
            throw unreachable(error)
        }
    }

    private static func encrypt(
        _ channel: any Channel, _ context: NIOSSLContext, name: String?
    ) -> EventLoopFuture<Void> {
        let agreement = channel.eventLoop.makePromise(of: Void.self)
        let handler = AgreementHandler(agreement)
        do {
            let encryption = try NIOSSLClientHandler(context: context, serverHostname: name)
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
            try channel.pipeline.syncOperations.addHandler(encryption, position: .first)
        } catch {
            handler.end(.failure(error))
        }
        return agreement.futureResult
    }

    /// The error for a server that cannot be spoken to.
    func unreachable(_ error: any Error) -> ProgramExit {
        if let exit = error as? ProgramExit { return exit }
        return ProgramExit(
            .unreachable, "cannot reach \(self): \(TLSFailure(error)?.description ?? "\(error)")")
    }
}

/// Tells when both sides of a connection agree how it is encrypted, or why they do not.
private final class AgreementHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private var agreement: EventLoopPromise<Void>?

    init(_ agreement: EventLoopPromise<Void>) {
        self.agreement = agreement
    }

    func end(_ result: Result<Void, any Error>) {
        agreement?.completeWith(result)
        agreement = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { end(.success(())) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.failure(error))
        context.fireErrorCaught(error)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(.failure(ChannelError.ioOnClosedChannel))
    }
}
