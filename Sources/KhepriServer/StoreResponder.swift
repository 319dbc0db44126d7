import HTTPTypes
package import Hummingbird
package import Khepri
import KhepriTree
import NIOCore

/// Answers the requests of the HTTP API from the stores of a host.
///
/// It is the whole server without sockets: tests call ``respond(to:context:)``.
package struct StoreResponder: HTTPResponder {
    /// The largest body of a request.
    package static let bodyBytesMaximum = 16 << 20

    /// What belongs to one request; nothing.
    package struct Context: InitializableFromSource {
        package init(source: ApplicationRequestContextSource) {}
        package init() {}
    }

    private let host: StoreHost
    private let source: RequestSource
    private let counts = RequestCounts()

    /// Serves the stores of a host.
    package init(_ host: StoreHost, source: RequestSource) {
        self.host = host
        self.source = source
    }

    /// Answers a request; every error it knows is an answer.
    package func respond(to request: Request, context: Context) async throws -> Response {
        var response: Response
        do {
            response = try await answer(request)
        } catch {
            guard let answer = ErrorAnswer(error) else { throw error }
            response = answer.response
        }
        counts.note(response.status)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request) async throws -> Response {
        try source.check(request.head)
        let text = request.head.path ?? ""
        let end = text.utf8.firstIndex(of: UInt8(ascii: "?")) ?? text.endIndex
        guard let target = RequestTarget(path: text[..<end]) else {
            throw RequestError(.notFound, "there is no such resource; see the HTTP reference")
        }
        let query = try RequestQuery(text[end...].dropFirst())
        if let name = target.store {
            let store = try await stores.store(name)
            do {
                return try await answer(request, query, target, store)
            } catch {
                guard let answer = ErrorAnswer(error) else { throw error }
                return answer.response.at(store.local.revision)
            }
        }
        return try await answer(request, query, target)
    }

    /// Answers what is asked of one store.
    private func answer(
        _ request: Request, _ query: RequestQuery, _ target: RequestTarget, _ store: TreeStore
    ) async throws -> Response {
        switch target {
        case .node(_, let path):
            return try await answer(
                request, query, NodeRoutes(store: store, path: try TreePath(path)))
        case .operations:
            try request.expect(.post)
            return try await OperationsRoute(store: store).post(query, body(of: request))
        case .export:
            try request.expect(.get)
            return try await ExportRoute(store: store).get(query)
        case .backup:
            try request.expect(.get)
            return try await BackupRoute(store: store).get(query)
        case .procedures:
            try request.expect(.get)
            return ProcedureRoutes(store: store).list()
        case .procedure(_, let text):
            try request.expect(.post)
            return try await ProcedureRoutes(store: store).call(
                try Self.name(text), query, body(of: request))
        case .watch:
            try request.expect(.get)
            return try await WatchRoute(store: store).get(query, request.headers)
        case .triggers, .trigger, .parked:
            try query.expectOnly([])
            return try await answer(request, target, TriggerRoutes(store: store))
        case .leases:
            try request.expect(.post)
            try query.expectOnly([])
            return try await LeaseRoutes(store: store).grant(body(of: request))
        case .lease(_, let text):
            try query.expectOnly([])
            return try await answer(request, text, LeaseRoutes(store: store))
        default:
            try request.expect(.get)
            return try await ListingRoute(store: store).get(query)
        }
    }

    /// Answers what is asked of the triggers of a store.
    private func answer(
        _ request: Request, _ target: RequestTarget, _ routes: TriggerRoutes
    ) async throws -> Response {
        switch (target, request.method) {
        case (.trigger(_, let name), _):
            try request.expect(.delete)
            return try await routes.remove(name)
        case (.parked(_, let name, let id), .post): return try await routes.retry(id, of: name)
        case (.parked(_, let name, let id), .delete):
            return try await routes.discard(id, of: name)
        case (.parked, _): throw RequestError(.methodNotAllowed, "expected POST or DELETE")
        default:
            try request.expect(.get)
            return try routes.list()
        }
    }

    /// Answers what is asked of a lease.
    private func answer(
        _ request: Request, _ text: String, _ routes: LeaseRoutes
    ) async throws -> Response {
        switch request.method {
        case .post: return try await routes.renew(text)
        case .delete: return try await routes.revoke(text)
        default: throw RequestError(.methodNotAllowed, "expected POST or DELETE")
        }
    }

    private func answer(
        _ request: Request, _ query: RequestQuery, _ routes: NodeRoutes
    ) async throws -> Response {
        let preconditions = try Preconditions(request.headers)
        switch request.method {
        case .put: return try await routes.put(query, preconditions, body(of: request))
        case .delete: return try await routes.delete(query, preconditions)
        default:
            try request.expect(.get)
            return try await routes.get(query, preconditions)
        }
    }

    /// Answers what is asked of the server.
    private func answer(
        _ request: Request, _ query: RequestQuery, _ target: RequestTarget
    ) async throws -> Response {
        if target == .clusterEvents {
            try request.expect(.get)
            let store = try await stores.store(RequestTarget.defaultStore)
            return try ClusterEventsRoute(store: store).get(query)
        }
        try query.expectOnly([])
        switch target {
        case .store(let name) where request.method == .put: return try await stores.put(name)
        case .store(let name) where request.method == .delete:
            return try await stores.delete(name)
        case .cluster, .members, .member, .leader:
            let store = try await stores.store(RequestTarget.defaultStore)
            return try await answer(request, target, ClusterRoutes(store: store))
        default: try request.expect(.get)
        }
        switch target {
        case .stores: return stores.list()
        case .store(let name): return try await stores.get(name)
        case .alive: return HealthRoutes(host: host).alive()
        case .ready: return await HealthRoutes(host: host).ready()
        default: return try await MetricsRoute(host: host, requests: counts).get()
        }
    }

    /// Answers what is asked of the members of the replicated store.
    private func answer(
        _ request: Request, _ target: RequestTarget, _ routes: ClusterRoutes
    ) async throws -> Response {
        switch (target, request.method) {
        case (.members, .post): return try await routes.add(body(of: request))
        case (.member(let text), .put):
            return try await routes.update(try Self.name(text), body(of: request))
        case (.member(let text), .delete): return try await routes.remove(try Self.name(text))
        case (.leader, .post): return try await routes.transfer(body(of: request))
        case (.member, _): throw RequestError(.methodNotAllowed, "expected PUT or DELETE")
        case (.leader, _): throw RequestError(.methodNotAllowed, "expected POST")
        default:
            try request.expect(.get)
            return routes.get()
        }
    }

    /// The name of a member in a target, decoded.
    private static func name(_ text: String) throws -> String {
        let path = try TreePath("/" + text)
        guard path.components.count == 1 else {
            throw RequestError(.invalidRequest, "expected one name, found \(text)")
        }
        return path.components[0].string
    }

    private var stores: StoreRoutes { StoreRoutes(host: host) }

    /// The whole body of a request.
    ///
    /// - Throws: ``RequestError`` 413 over the limit, before the rest of it is read.
    private func body(of request: Request) async throws -> ByteBuffer {
        let limit = Self.bodyBytesMaximum
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        do {
            if announced <= limit { return try await request.body.collect(upTo: limit) }
        } catch is NIOTooManyBytesError {
            // Answered as one that was announced.
        }
        throw RequestError(.tooLarge, "expected a body of at most \(limit) bytes")
    }
}

extension Request {
    /// Refuses another method; a `HEAD` is a `GET` whose answer has no body.
    fileprivate func expect(_ expected: HTTPRequest.Method) throws {
        guard method == expected || method == .head && expected == .get else {
            throw RequestError(.methodNotAllowed, "the resource does not take \(method.rawValue)")
        }
    }
}
