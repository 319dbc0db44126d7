import CBOR
import Khepri
import KhepriServer
import NIOCore
import NIOHTTP1

/// A stream of server-sent events; goes on by itself after a lost connection.
struct RemoteEvents {
    /// A server that says nothing for so long, not even that there is nothing, is taken for lost.
    private static let silenceMaximum: TimeAmount = .seconds(45)
    /// How long to wait before the next attempt to connect.
    private static let pause: Duration = .seconds(1)

    let endpoint: Endpoint
    /// The target of the request that begins, or goes on, behind a point of the stream.
    let target: (String) -> String
    /// `now`, or what names another point of the stream.
    var start: String

    /// Calls `body` with the data of each event until it returns false.
    ///
    /// - Parameter lost: Told when the connection is lost, with where it goes on.
    /// - Throws: ``ProgramExit`` when nobody answers at first, and what the server says of the request.
    mutating func run(
        lost: (String) -> Void, _ body: (String) async throws -> Bool
    ) async throws {
        // Whoever is refused at first stays so.
        if endpoint.isEncrypted { try await HTTPConnection(to: endpoint).close() }
        var isFirst = true
        while true {
            do {
                guard try await follow(isFirst: &isFirst, body) else { return }
            } catch let error where !isFirst && !(error is ProgramExit || error is StoreError) {
                // Whatever a connection ends with, the next one shows how things are.
            }
            lost(start)
            try await Task.sleep(for: Self.pause)
        }
    }

    /// Follows one connection to its end; false when `body` wants no more.
    private mutating func follow(
        isFirst: inout Bool, _ body: (String) async throws -> Bool
    ) async throws -> Bool {
        let stream: HTTPStream
        do {
            stream = try await HTTPStream(to: endpoint, silenceMaximum: Self.silenceMaximum)
        } catch {
            guard isFirst else { return true }
            throw endpoint.unreachable(error)
        }
        isFirst = false
        var start = start
        defer { self.start = start }
        var reply = HTTPReply(status: 0, location: nil, body: ByteBuffer())
        var reader = EventReader()
        var wantsMore = true
        _ = try await stream.get(target(start), accept: "text/event-stream") { part in
            switch part {
            case .head(let head):
                reply.status = head.status.code
                // From now on a new connection goes on where this one began.
                if start == "now", let revision = head.headers.first(name: "Khepri-Revision") {
                    start = revision
                }
            case .body(var bytes) where reply.status != 200:
                reply.body.writeBuffer(&bytes)
            case .body(let bytes):
                for event in reader.take(bytes.readableBytesView) {
                    wantsMore = try await tell(event, body)
                    guard wantsMore else { return false }
                    if let id = event.id { start = id }
                }
            case .end:
                if reply.status != 503 { try endpoint.check(reply) }
            }
            return true
        }
        return wantsMore
    }

    private func tell(
        _ event: ServerSentEvent, _ body: (String) async throws -> Bool
    ) async throws -> Bool {
        guard event.kind == "error" else { return try await body(event.data) }
        let error = try? JSONParser.value(of: event.data)["error"]
        throw try error.flatMap { try StoreError(json: $0) } ?? endpoint.malformedAnswer
    }
}
