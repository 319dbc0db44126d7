import CBOR
import Khepri
import KhepriServer
import KhepriTree
import NIOCore
import NIOHTTP1

/// A store that a server serves.
struct RemoteStore: StorePlace {
    private let connection: HTTPConnection
    let endpoint: Endpoint
    /// What the targets of all requests begin with.
    let base: String
    private let pipeline: RemotePipeline

    /// Connects to a server.
    ///
    /// - Parameter creating: Whether the store is made if it is not there.
    /// - Throws: ``ProgramExit``.
    init(at endpoint: Endpoint, store name: String, creating: Bool) async throws {
        try StoreName.validate(name)
        self.endpoint = endpoint
        base = TargetText.base(of: name)
        connection = try await HTTPConnection(to: endpoint)
        pipeline = RemotePipeline(connection, target: base + "/ops", endpoint: endpoint)
        if creating, name != "default" { _ = try await write(.PUT, base, body: "") }
    }

    func perform(_ operation: TreeOperation) async throws -> OperationResult {
        let isRead = operation.kind.isRead
        let target = base + "/ops"
        let json =
            try await isRead
            ? read(.POST, target, body: operation.jsonText)
            : write(.POST, target, body: operation.jsonText)
        return try OperationResult(answer: json)
    }

    func start(_ operation: TreeOperation) throws -> any PendingResult {
        pipeline.start(operation)
    }

    func node(at path: TreePath) async throws -> ShownNode? {
        do {
            let json = try await read(.GET, base + "/nodes" + TargetText.path(path))
            guard let node = try ShownNode(json: json) else { throw endpoint.malformedAnswer }
            return node
        } catch StoreError.Code.nodeNotFound {
            return nil
        }
    }

    func forEachNode(
        matching pattern: TreePattern, after: TreePath?, limit: Int?,
        _ body: (ShownNode) throws -> Void
    ) async throws {
        var left = limit ?? .max
        var after = after?.description
        repeat {
            let query = TargetText.query([
                ("pattern", pattern.description), ("after", after),
                ("limit", "\(min(left, 1_000))"),
            ])
            let page = try await read(.GET, base + "/nodes" + query)
            guard case .array(let nodes)? = page["nodes"] else { throw endpoint.malformedAnswer }
            for json in nodes {
                guard let node = try ShownNode(json: json) else { throw endpoint.malformedAnswer }
                try body(node)
            }
            left -= nodes.count
            after = page["after"].flatMap {
                if case .string(let text) = $0 { text.string } else { nil }
            }
        } while after != nil && left > 0
    }

    /// Copies what is there into a store in memory, which then is looked at as one that is open here.
    func view() async throws -> TreeView {
        var configuration = Diagnostics.configuration
        configuration.valueBytesMaximum = TreeLimits.payloadBytesMaximum
        let copy = LocalStore(try await TreeStore.inMemory(configuration: configuration))
        let reply = try await send(.GET, base + "/export")
        var writes = OrderedWrites(copy)
        for line in reply.body.readableBytesView.split(separator: 10) {
            guard case .operation(let operation)? = try OperationLine.reading(Array(line))
            else { continue }
            try await writes.add(operation)
        }
        try await writes.finish()
        let view = copy.store.view
        try await copy.close()
        return view
    }

    func export(
        below path: TreePath, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        let query = TargetText.query([("path", path.description)])
        try await RemoteDownload(endpoint: endpoint, target: base + "/export" + query).run(body)
    }

    func forEachOperation(
        below path: TreePath, _ body: (TreeOperation) throws -> Void
    ) async throws {
        var lines = LineCutter()
        try await export(below: path) { bytes in
            for line in lines.take(bytes) {
                guard let parsed = try? OperationLine.reading(line) else {
                    throw endpoint.malformedAnswer
                }
                if case .operation(let operation) = parsed { try body(operation) }
            }
        }
    }

    func backUp(_ body: (UnsafeRawBufferPointer) throws -> Void) async throws {
        try await RemoteDownload(endpoint: endpoint, target: base + "/backup").run(body)
    }

    func close() async { await connection.close() }

    // MARK: Requests

    func read(
        _ method: HTTPMethod, _ target: String, body: String = ""
    ) async throws -> JSONValue {
        try endpoint.json(of: try await send(method, target, body: body))
    }

    func write(
        _ method: HTTPMethod, _ target: String, body: String
    ) async throws -> JSONValue {
        do {
            return try endpoint.json(of: try await connection.send(method, target, body: body))
        } catch is ConnectionLost {
            throw endpoint.lostWrite
        }
    }

    /// Sends a request that changes nothing.
    private func send(
        _ method: HTTPMethod, _ target: String, body: String = ""
    ) async throws -> HTTPReply {
        do {
            let reply = try await connection.send(method, target, body: body)
            try endpoint.check(reply)
            return reply
        } catch is ConnectionLost {
            throw endpoint.lostRead
        }
    }
}
