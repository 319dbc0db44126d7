import NIOCore
import NIOHTTP1
import NIOPosix
import RaftTransport

/// One connection to a server; requests may follow each other before the first is answered.
struct HTTPConnection: Sendable {
    /// A server that says nothing for so long is taken for lost.
    static let silenceMaximum: TimeAmount = .seconds(30)

    private let channel: any Channel
    private let endpoint: Endpoint

    /// Connects.
    ///
    /// - Parameter silenceMaximum: How long the server may say nothing while a request waits.
    /// - Throws: ``ProgramExit`` 3 when nobody answers at the address.
    init(
        to endpoint: Endpoint, silenceMaximum: TimeAmount = Self.silenceMaximum
    ) async throws {
        self.endpoint = endpoint
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(min(.seconds(5), silenceMaximum))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(IdleStateHandler(allTimeout: silenceMaximum))
                    try pipeline.addHandler(ExchangeHandler())
                }
            }
        do {
            channel = try await bootstrap.connect(host: endpoint.host, port: endpoint.port).get()
        } catch {
            throw endpoint.unreachable(error)
        }
        try await endpoint.encrypt(channel)
        if endpoint.isEncrypted { try await confirm() }
    }

    /// Finds out whether the server takes the certificate of this side.
    ///
    /// TLS 1.3 lets a client speak before it is refused, and then nobody would know what became of a
    /// write: so the first that is said changes nothing.
    private func confirm() async throws {
        do {
            _ = try await send(.GET, "/livez")
        } catch {
            let reason =
                error.refusal?.description
                ?? "it ended the connection, as one that does not know the certificate would"
            throw ProgramExit(.unreachable, "cannot reach \(endpoint): \(reason)")
        }
    }

    /// Sends a request; `completion` is called once, on a thread of the connection.
    func send(
        _ method: HTTPMethod, _ target: String, body: String = "",
        completion: @escaping @Sendable (Result<HTTPReply, ConnectionLost>) -> Void
    ) {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: target)
        head.headers.add(name: "Host", value: endpoint.authority)
        if !body.isEmpty {
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Content-Length", value: "\(body.utf8.count)")
        }
        let exchange = HTTPExchange(
            head: head, body: ByteBuffer(string: body), completion: completion)
        channel.writeAndFlush(exchange).whenFailure { _ in exchange.completion(.failure(.init())) }
    }

    /// Sends a request and waits for the answer.
    func send(
        _ method: HTTPMethod, _ target: String, body: String = ""
    ) async throws(ConnectionLost) -> HTTPReply {
        let result = await withUnsafeContinuation { continuation in
            send(method, target, body: body) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    func close() async {
        // A connection that is lost already needs no closing.
        try? await channel.close()
    }
}

/// The answer to a request.
struct HTTPReply: Sendable {
    var status: UInt
    /// Where another server is that answers instead.
    var location: String?
    /// The revision of the store that the answer shows, if it is about one.
    var revision: UInt64?
    var body: ByteBuffer
}

/// The connection ended before the answer was there.
struct ConnectionLost: Error {
    /// Why the server wants none, if it says so: then it has read nothing that was sent.
    var refusal: TLSFailure?
}

/// A request with who waits for its answer.
struct HTTPExchange: Sendable {
    var head: HTTPRequestHead
    var body: ByteBuffer
    var completion: @Sendable (Result<HTTPReply, ConnectionLost>) -> Void
}

/// Gives each answer to the request it belongs to: they come in the order of the requests.
private final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPExchange
    typealias OutboundOut = HTTPClientRequestPart

    private var waiting: CircularBuffer<HTTPExchange> = []
    private var reply: HTTPReply?
    private var loss = ConnectionLost()

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard context.channel.isActive else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        waiting.append(exchange)
        // From here on the exchange ends with its answer, or with the connection.
        promise?.succeed()
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        if exchange.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(exchange.body))), promise: nil)
        }
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            reply = HTTPReply(
                status: head.status.code, location: head.headers.first(name: "Location"),
                revision: head.headers.first(name: "Khepri-Revision").flatMap { UInt64($0) },
                body: ByteBuffer())
        case .body(var part):
            reply?.body.writeBuffer(&part)
        case .end:
            guard let reply, let exchange = waiting.popFirst() else { return }
            self.reply = nil
            exchange.completion(.success(reply))
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent, !waiting.isEmpty {
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let failure = TLSFailure(error), failure.isRefusal { loss.refusal = failure }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        while let exchange = waiting.popFirst() { exchange.completion(.failure(loss)) }
        context.fireChannelInactive()
    }
}
