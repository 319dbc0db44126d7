import Logging
import NIOCore
import NIOTLS
import RaftCore
import RaftRuntime

/// The listening side of a connection: it waits to be greeted, greets, and then only reads.
final class AcceptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reception: Reception
    private let environment: LinkEnvironment
    private var assembler = FrameAssembler(frameBytesMaximum: Greeting.bytesMaximum)
    private var names: [String]?
    private var hello: Hello?
    private var fault: PeerFault?
    private var deadline: Scheduled<Void>?
    /// What came since the last read was complete.
    private var batch = Batch()
    private var hasMisdirected = false

    private struct Batch {
        var envelopes: [PeerEnvelope] = []
        var frames = 0
        var bytes = 0
    }

    init(_ reception: Reception, _ environment: LinkEnvironment) {
        self.reception = reception
        self.environment = environment
    }

    func handlerAdded(context: ChannelHandlerContext) {
        guard reception.add(context.channel) else {
            fault = .tooManyConnections
            reception.refuse(.tooManyConnections)
            return context.close(promise: nil)
        }
        let timeout = environment.options.greetingTimeout
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.end(.noGreeting, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            names = certificateNames(context) ?? []
        }
        if let event = event as? ConnectionEnded { return end(event.reason, context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard fault == nil else { return }
        assembler.add(unwrapInboundIn(data))
        do {
            while let frame = try assembler.next() {
                if let hello {
                    try take(frame, from: hello)
                } else {
                    try greet(frame, context)
                }
            }
        } catch {
            end(PeerFault(error), context)
        }
    }

    private func greet(_ frame: ByteBuffer, _ context: ChannelHandlerContext) throws {
        let hello: Hello
        do {
            hello = try Greeting.hello(in: frame)
            // Without a certificate nobody is let in where certificates are asked for.
            let names = environment.tls == nil ? nil : names ?? []
            if let refusal = environment.doorkeeper.refusal(
                of: hello, expecting: nil, names: names)
            {
                throw PeerFault.refused(refusal)
            }
        } catch PeerFault.refused(let refusal) {
            write(.refusal(refusal), context)
            throw PeerFault.refused(refusal)
        }
        deadline?.cancel()
        self.hello = hello
        assembler.frameBytesMaximum = FrameAssembler.frameBytesMaximum
        environment.book.note(hello)
        reception.admit(hello, context.channel)
        write(.hello(environment.hello(to: hello.sender, on: hello.lane)), context)
    }

    private func write(_ greeting: Greeting, _ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 256)
        var writer = FrameWriter()
        writer.write(greeting, to: &buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func take(_ frame: ByteBuffer, from hello: Hello) throws {
        let envelope: PeerEnvelope
        do {
            envelope = try frame.withUnsafeReadableBytes { try PeerEnvelope(encoded: $0) }
        } catch {
            throw PeerFault.malformedFrame("\(error)")
        }
        batch.frames += 1
        batch.bytes += frame.readableBytes + 4
        if envelope.sender == hello.sender, envelope.receiver == hello.receiver {
            batch.envelopes.append(envelope)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        handOn()
        context.fireChannelReadComplete()
    }

    private func handOn() {
        guard let hello, batch.frames > 0 else { return }
        let misdirected = batch.frames - batch.envelopes.count
        if misdirected > 0, !hasMisdirected {
            hasMisdirected = true
            environment.logger.info(
                "dropped envelopes from or for another member",
                metadata: ["peer": "\(hello.sender.node)"])
        }
        reception.deliver(
            batch.envelopes, frames: batch.frames, bytes: batch.bytes, misdirected: misdirected,
            from: hello.sender)
        batch = Batch()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(PeerFault(error), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave(context)
        context.fireChannelInactive()
    }

    /// A connection that ends before it was there is never told that it is inactive.
    func handlerRemoved(context: ChannelHandlerContext) { leave(context) }

    private func leave(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        handOn()
        let reason = assembler.isInFrame ? PeerFault.cutFrame : .closed
        reception.remove(context.channel, after: hello, because: fault ?? reason)
    }

    /// Remembers why, and closes; what came before is handed on.
    private func end(_ reason: PeerFault, _ context: ChannelHandlerContext) {
        guard fault == nil else { return }
        fault = reason
        handOn()
        context.close(promise: nil)
    }
}
