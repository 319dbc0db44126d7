import CBOR
import NIOCore
import NIOPosix
import RaftCore
import RaftRuntime

@testable import RaftTransport

/// A socket without manners: it sends what a test says and keeps what comes.
struct RawSocket {
    let channel: any Channel
    let read: Events<UInt8>

    /// Connects to a host.
    static func connect(to address: PeerAddress) async throws -> RawSocket {
        let read = Events<UInt8>()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RawHandler(read))
                }
            }
            .connect(host: address.host, port: address.port).get()
        return RawSocket(channel: channel, read: read)
    }

    func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    /// Waits until the other side has closed.
    func closed() async throws { try await channel.closeFuture.get() }

    static func frame(_ greeting: Greeting) -> [UInt8] {
        var buffer = ByteBuffer()
        var writer = FrameWriter()
        writer.write(greeting, to: &buffer)
        return Array(buffer.readableBytesView)
    }

    static func frame(_ envelope: PeerEnvelope) -> [UInt8] {
        var buffer = ByteBuffer()
        var writer = FrameWriter()
        _ = writer.write(envelope, to: &buffer)
        return Array(buffer.readableBytesView)
    }
}

/// Where a test listens in place of a host, and does what it says with each connection.
struct RawListener {
    let channel: any Channel
    let accepted: Events<any Channel>

    var address: PeerAddress {
        PeerAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
    }

    /// Listens; every connection is sent the bytes, and is not read if it is deaf.
    init(sending bytes: [UInt8], isDeaf: Bool = false) async throws {
        let accepted = Events<any Channel>()
        self.accepted = accepted
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: !isDeaf)
            .childChannelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        RawHandler(Events(), greeting: bytes))
                    accepted.add([channel])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func close() async throws {
        for channel in accepted.all { channel.close(promise: nil) }
        try await channel.close()
    }
}

private final class RawHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let read: Events<UInt8>
    private let greeting: [UInt8]

    init(_ read: Events<UInt8>, greeting: [UInt8] = []) {
        self.read = read
        self.greeting = greeting
    }

    func channelActive(context: ChannelHandlerContext) {
        if !greeting.isEmpty {
            context.writeAndFlush(NIOAny(ByteBuffer(bytes: greeting)), promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        read.add(Array(unwrapInboundIn(data).readableBytesView))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
