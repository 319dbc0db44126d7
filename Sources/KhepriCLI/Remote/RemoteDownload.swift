import NIOCore
import NIOHTTP1

/// An answer that is too large to be held in memory.
struct RemoteDownload {
    /// A server that sends nothing for so long is taken for lost.
    private static let silenceMaximum: TimeAmount = .seconds(30)

    let endpoint: Endpoint
    let target: String

    /// Calls `body` with the bytes of the answer, piece by piece.
    ///
    /// - Throws: ``ProgramExit`` when nobody answers or the connection ends before the answer, and what
    ///   the server says of the request.
    func run(_ body: (UnsafeRawBufferPointer) throws -> Void) async throws {
        // Whoever is refused is told why.
        if endpoint.isEncrypted { try await HTTPConnection(to: endpoint).close() }
        let stream: HTTPStream
        do {
            stream = try await HTTPStream(to: endpoint, silenceMaximum: Self.silenceMaximum)
        } catch {
            throw endpoint.unreachable(error)
        }
        var reply = HTTPReply(status: 0, location: nil, body: ByteBuffer())
        var failure: (any Error)?
        var isWhole = false
        do {
            isWhole = try await stream.get(target, accept: "*/*") { part in
                switch part {
                case .head(let head):
                    reply.status = head.status.code
                    reply.location = head.headers.first(name: "Location")
                case .body(var bytes) where reply.status != 200: reply.body.writeBuffer(&bytes)
                case .body(let bytes):
                    do {
                        try bytes.withUnsafeReadableBytes { try body($0) }
                    } catch {
                        failure = error
                        return false
                    }
                case .end: break
                }
                return true
            }
        } catch  where failure == nil {
            // Whatever the connection ended with, the answer is not whole.
        }
        if let failure { throw failure }
        guard isWhole else { throw endpoint.lostRead }
        try endpoint.check(reply)
    }
}
