import CBOR
import HTTPTypes
import Hummingbird
import Khepri
import NIOCore
import Synchronization

@testable import KhepriServer

/// A server without sockets over a host in memory.
struct Served {
    let host: StoreHost
    let responder: StoreResponder

    init(
        valueBytesMaximum: Int? = nil, timeout: Duration? = nil, names: [String] = []
    ) async throws {
        var configuration = StoreConfiguration()
        if let timeout { configuration.timeout = timeout }
        if let valueBytesMaximum { configuration.valueBytesMaximum = valueBytesMaximum }
        self.init(try StoreHost.inMemory(configuration: configuration), names: names)
    }

    init(_ host: StoreHost, names: [String] = []) {
        self.host = host
        responder = StoreResponder(host, source: RequestSource(names: names))
    }

    /// An answer as a client sees it.
    struct Answer {
        var status: Int
        var headers: HTTPFields
        var bytes: [UInt8]

        var body: String { String(decoding: bytes, as: UTF8.self) }
        var revision: UInt64? { headers[.khepriRevision].flatMap { UInt64($0) } }
        var tag: String { headers[.eTag] ?? "none" }
        /// The code of an error, `none` for an answer without one.
        var code: String {
            guard let json = try? JSONParser.value(of: body),
                case .string(let code)? = json["error"]?["code"]
            else { return "none" }
            return code.string
        }
    }

    /// Sends a request.
    func send(
        _ method: HTTPRequest.Method, _ target: String, _ headers: [String: String] = [:],
        body: String = "", host: String? = "localhost"
    ) async throws -> Answer {
        try await send(method, target, headers, bytes: Array(body.utf8), host: host)
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String, _ headers: [String: String] = [:],
        bytes: [UInt8], host: String? = "localhost"
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers {
            guard let field = HTTPField.Name(name) else {
                preconditionFailure("\(name) is the name of a field")
            }
            fields[field] = value
        }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: host, path: target, headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: bytes)))
        let response = try await responder.respond(to: request, context: .init())
        let collector = Collector()
        try await response.body.write(collector)
        return Answer(
            status: response.status.code, headers: response.headers,
            bytes: Array(buffer: collector.buffer.withLock { $0 }))
    }
}

/// Collects what a response writes.
private struct Collector: ResponseBodyWriter {
    let buffer = LockedBuffer()

    func write(_ buffer: ByteBuffer) async throws {
        _ = self.buffer.withLock { $0.writeImmutableBuffer(buffer) }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

private final class LockedBuffer: Sendable {
    private let state = Mutex(ByteBuffer())

    func withLock<Result: Sendable>(_ body: (inout ByteBuffer) -> Result) -> Result {
        state.withLock { state in body(&state) }
    }
}
