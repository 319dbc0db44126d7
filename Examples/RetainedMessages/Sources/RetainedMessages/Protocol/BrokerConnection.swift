import NIOCore
import NIOPosix

/// A connection to a broker, as a client of MQTT 3.1.1.
public struct BrokerConnection: Sendable {
    /// What the broker sends, in the pieces in which it arrives.
    public typealias Packets = NIOAsyncChannelInboundStream<[Packet]>

    private static let keepAliveSeconds: UInt16 = 60

    /// What the broker sends, in the pieces in which it arrives.
    public let received: Packets
    private let writer: NIOAsyncChannelOutboundWriter<[Packet]>

    /// Connects, introduces itself, and disconnects after the body.
    ///
    /// - Parameters:
    ///   - host: The name or address of the broker.
    ///   - port: Its port.
    ///   - client: The identifier of the client, of which the broker lets in one at a time.
    ///   - isBridge: Whether it asks to be told of what is retained that it is, and not to hear itself.
    ///   - body: Works with the connection; the broker's answer to the introduction is not received yet.
    /// - Throws: ``ConnectionError``, errors of the network, and what the body throws.
    public static func with<Result: Sendable>(
        host: String, port: Int, client: String, isBridge: Bool = false,
        _ body: @Sendable (BrokerConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let half = TimeAmount.seconds(Int64(keepAliveSeconds / 2))
                    try channel.pipeline.syncOperations.addHandlers([
                        IdleStateHandler(readTimeout: half + half, writeTimeout: half),
                        PacketHandler(),
                    ])
                    return try NIOAsyncChannel<[Packet], [Packet]>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { received, writer in
            let connection = BrokerConnection(received: received, writer: writer)
            try await connection.send([
                .connect(client: client, isBridge: isBridge, keepAliveSeconds: keepAliveSeconds)
            ])
            let result = try await body(connection)
            try await connection.send([.disconnect])
            return result
        }
    }

    /// Sends packets, when the network has taken those before.
    public func send(_ packets: [Packet]) async throws {
        guard !packets.isEmpty else { return }
        try await writer.write(packets)
    }
}
