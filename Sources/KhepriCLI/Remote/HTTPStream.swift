import NIOCore
import NIOHTTP1
import NIOPosix

/// A connection for one request, whose answer is taken as it comes: it may be of any size.
struct HTTPStream {
    private let endpoint: Endpoint
    private let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// Connects.
    ///
    /// - Parameter silenceMaximum: A server that says nothing for so long is taken for lost.
    init(to endpoint: Endpoint, silenceMaximum: TimeAmount) async throws {
        self.endpoint = endpoint
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(5))
            .connect(host: endpoint.host, port: endpoint.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(IdleStateHandler(readTimeout: silenceMaximum))
                    try pipeline.addHandler(SilenceHandler())
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        try await endpoint.encrypt(channel.channel)
    }

    /// Asks for a target, and calls `body` with each part of the answer until it returns false.
    ///
    /// - Returns: Whether the whole answer came.
    func get(
        _ target: String, accept: String, _ body: (HTTPClientResponsePart) async throws -> Bool
    ) async throws -> Bool {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target)
        head.headers.add(name: "Host", value: endpoint.authority)
        head.headers.add(name: "Accept", value: accept)
        let request = head
        return try await channel.executeThenClose { parts, requests in
            try await requests.write(.head(request))
            try await requests.write(.end(nil))
            for try await part in parts {
                guard try await body(part) else { return false }
                if case .end = part { return true }
            }
            return false
        }
    }
}

/// Ends a connection on which nothing comes any more.
private final class SilenceHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
