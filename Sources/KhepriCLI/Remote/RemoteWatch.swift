import CBOR
import Khepri
import KhepriServer
import KhepriTree
import NIOCore
import NIOHTTP1

/// The changes of a store that a server serves; goes on by itself after a lost connection.
struct RemoteWatch {
    /// A server that says nothing for so long, not even that there is nothing, is taken for lost.
    private static let silenceMaximum: TimeAmount = .seconds(45)
    /// How long to wait before the next attempt to connect.
    private static let pause: Duration = .seconds(1)

    let endpoint: Endpoint
    let store: String
    let pattern: TreePattern
    /// `now`, `current` or a revision.
    var start: String

    /// Calls `body` with each change, as a line of JSON, until it returns false.
    ///
    /// - Parameter lost: Told when the connection is lost, with where it goes on.
    /// - Throws: ``ProgramExit`` when nobody answers at first, and what the server says of the request.
    mutating func run(
        lost: (String) -> Void, _ body: (String) throws -> Bool
    ) async throws {
        try StoreHost.validate(store)
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
        isFirst: inout Bool, _ body: (String) throws -> Bool
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
        _ = try await stream.get(target, accept: "text/event-stream") { part in
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
                    wantsMore = try tell(event, body)
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
        _ event: ServerSentEvent, _ body: (String) throws -> Bool
    ) throws -> Bool {
        guard event.kind == "error" else { return try body(event.data) }
        let error = try? JSONParser.value(of: event.data)["error"]
        throw try error.flatMap { try StoreError(json: $0) } ?? endpoint.malformedAnswer
    }

    private var target: String {
        let base = store == "default" ? "/v1" : "/v1/stores/\(store)"
        let query = TargetText.query([("pattern", pattern.description), ("since", start)])
        return base + "/watch" + query
    }
}
