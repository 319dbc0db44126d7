import NIOCore

/// Bytes to packets and back, all packets of one read together.
final class PacketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = [Packet]
    typealias OutboundIn = [Packet]
    typealias OutboundOut = ByteBuffer

    private var unread = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        unread.writeBuffer(&bytes)
        do {
            var packets: [Packet] = []
            while let packet = try Packet.read(from: &unread) { packets.append(packet) }
            unread.discardReadBytes()
            if !packets.isEmpty { context.fireChannelRead(wrapInboundOut(packets)) }
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var buffer = context.channel.allocator.buffer(capacity: 256)
        for packet in unwrapOutboundIn(data) { packet.write(to: &buffer) }
        context.write(wrapOutboundOut(buffer), promise: promise)
    }

    /// Keeps a connection alive on which there is nothing to say, and ends one that is silent.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? IdleStateHandler.IdleStateEvent {
        case .write: context.writeAndFlush(wrapOutboundOut(Self.ping), promise: nil)
        case .read:
            context.fireErrorCaught(ConnectionError("the broker does not answer any more"))
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private static let ping: ByteBuffer = {
        var buffer = ByteBuffer()
        Packet.ping.write(to: &buffer)
        return buffer
    }()
}
