import NIOCore
import NIOEmbedded
import RaftCore
import RaftRuntime
import Testing

@testable import RaftTransport

@Suite("Back-pressure") struct BackPressureTests {
    /// Keeps what is written until it is flushed, as TLS does: only then can a channel say that it is full.
    private final class Keeper: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var bytes = 0
        private(set) var mostBytes = 0

        func write(
            context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
        ) {
            bytes += unwrapOutboundIn(data).readableBytes
            mostBytes = max(mostBytes, bytes)
            context.write(data, promise: promise)
        }

        func flush(context: ChannelHandlerContext) {
            bytes = 0
            context.flush()
        }
    }

    @Test func `a channel that keeps what is written is not given all that waits`() throws {
        let keeper = Keeper()
        let channel = EmbeddedChannel(handler: keeper)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let host = (TestHost.member(1), TestHost.member(2))
        let link = PeerLink(
            to: host.1, on: .ordered, address: PeerAddress(host: "127.0.0.1", port: 1),
            in: TestHost.environment(of: host.0), eventLoop: channel.eventLoop)
        link.open()
        #expect(link.began(channel))
        let command = ForwardedCommand(
            number: 1, payload: [UInt8](repeating: 7, count: 100_000), mayUseReserve: false,
            timeout: .seconds(1))
        let envelope = PeerEnvelope(
            group: TestHost.group, sender: host.0, receiver: host.1,
            content: .commands([command]))
        link.send([PeerEnvelope](repeating: envelope, count: 100))
        link.connected(role: "test")
        #expect(link.statistics.sentFrames == 100)
        #expect(keeper.mostBytes < 512 << 10)
        _ = link.close()
    }
}
