import NIOCore
import NIOSSL
import NIOTLS
import RaftCore
import RaftRuntime

/// The dialling side of a connection: it greets, waits to be greeted, and then only writes.
final class DialHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let link: any DialledLink
    private let environment: LinkEnvironment
    private var assembler = FrameAssembler(frameBytesMaximum: Greeting.bytesMaximum)
    private var names: [String]?
    private var isGreeted = false
    private var fault: PeerFault?
    private var deadline: Scheduled<Void>?
    private var gauge = ProgressGauge()
    private var nextLook: Scheduled<Void>?

    init(_ link: any DialledLink, _ environment: LinkEnvironment) {
        self.link = link
        self.environment = environment
    }

    /// Begins, on a connection that is there already.
    func handlerAdded(context: ChannelHandlerContext) {
        let timeout = environment.options.greetingTimeout
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.end(.noGreeting, context)
        }
        guard environment.allows(context.remoteAddress) else {
            return end(.plaintextOffLoopback, context)
        }
        if environment.tls == nil { greet(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            names = certificateNames(context)
            let expected = environment.doorkeeper.certificateName(of: link.peer)
            guard names?.contains(expected) == true else {
                return end(.refused(.wrongCertificate), context)
            }
            greet(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func greet(_ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 256)
        var writer = FrameWriter()
        writer.write(.hello(environment.hello(to: link.peer, on: link.lane)), to: &buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard fault == nil else { return }
        assembler.add(unwrapInboundIn(data))
        do {
            while let frame = try assembler.next() { try take(frame, context) }
        } catch {
            end(PeerFault(error), context)
        }
    }

    /// The only frame that the dialling side expects is the greeting.
    private func take(_ frame: ByteBuffer, _ context: ChannelHandlerContext) throws {
        guard !isGreeted else { throw PeerFault.malformedFrame("nothing was expected") }
        let hello = try Greeting.hello(in: frame)
        let doorkeeper = environment.doorkeeper
        if let refusal = doorkeeper.refusal(of: hello, expecting: link.peer, names: names) {
            throw PeerFault.refused(refusal)
        }
        isGreeted = true
        deadline?.cancel()
        environment.book.note(hello)
        watchProgress(context)
        link.connected(role: hello.role)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isGreeted, context.channel.isWritable { link.drain() }
        context.fireChannelWritabilityChanged()
    }

    /// Ends the connection if for some time no byte goes out although some wait.
    private func watchProgress(_ context: ChannelHandlerContext) {
        let timeout = environment.options.stallTimeout
        nextLook = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            let options = context.channel.syncOptions
            let waiting = (try? options?.getOption(.bufferedWritableBytes)) ?? 0
            if self.gauge.isStalled(written: self.link.sentBytes, waiting: waiting) {
                self.end(.stalled, context)
            } else {
                self.watchProgress(context)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(PeerFault(error), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        nextLook?.cancel()
        link.lost(fault ?? .closed)
        context.fireChannelInactive()
    }

    /// Remembers why, and closes.
    private func end(_ reason: PeerFault, _ context: ChannelHandlerContext) {
        if fault == nil { fault = reason }
        context.close(promise: nil)
    }
}

extension Greeting {
    /// Reads a greeting that is a hello.
    ///
    /// - Throws: ``PeerFault`` for everything else.
    static func hello(in frame: ByteBuffer) throws(PeerFault) -> Hello {
        let greeting: Greeting
        do {
            greeting = try frame.withUnsafeReadableBytes { try Greeting(encoded: $0) }
        } catch {
            throw .refused(error as? PeerRefusal ?? .malformed)
        }
        switch greeting {
        case .hello(let hello): return hello
        case .refusal(let refusal): throw .refusedByPeer(refusal)
        }
    }
}

/// The URIs in the other side's certificate, once there is one.
func certificateNames(_ context: ChannelHandlerContext) -> [String]? {
    let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
    return certificate?.uris
}
