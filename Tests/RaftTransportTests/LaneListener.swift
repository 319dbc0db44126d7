import NIOCore
import NIOPosix
import RaftCore
import RaftRuntime

@testable import RaftTransport

/// A peer that greets, reads the ordered lane, and stops to read the bulk lane once it has greeted.
struct LaneListener {
    private let channel: any Channel
    private let accepted = Events<any Channel>()
    private let bulk = Events<Bool>()

    var address: PeerAddress {
        PeerAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
    }

    init(member: MemberID, received: Events<Bool>) async throws {
        let (accepted, bulk) = (accepted, bulk)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        LaneHandler(member: member, received: received, bulk: bulk))
                    accepted.add([channel])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func bulkGreeted() async { _ = await bulk.wait(count: 1) }

    func close() async throws {
        for channel in accepted.all { channel.close(promise: nil) }
        try await channel.close()
    }
}

private final class LaneHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let member: MemberID
    private let received: Events<Bool>
    private let bulk: Events<Bool>
    private var assembler = FrameAssembler(frameBytesMaximum: Greeting.bytesMaximum)
    private var isGreeted = false

    init(member: MemberID, received: Events<Bool>, bulk: Events<Bool>) {
        self.member = member
        self.received = received
        self.bulk = bulk
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        assembler.add(unwrapInboundIn(data))
        while let frame = try? assembler.next() {
            if isGreeted {
                received.add([true])
            } else if let hello = try? Greeting.hello(in: frame) {
                greet(hello, context)
            }
        }
    }

    private func greet(_ hello: Hello, _ context: ChannelHandlerContext) {
        isGreeted = true
        var answer = hello
        (answer.sender, answer.receiver) = (member, hello.sender)
        let bytes = RawSocket.frame(.hello(answer))
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
        guard hello.lane == .bulk else { return }
        context.channel.setOption(.autoRead, value: false).whenComplete { [bulk] _ in
            bulk.add([true])
        }
    }
}
