import CBOR
import HTTPTypes
import Hummingbird
import Khepri
import KhepriTree
import ServiceLifecycle

/// `/v1/watch`: the changes of the nodes that match a pattern, as server-sent events.
struct WatchRoute {
    /// After so long without an event a comment is sent, so that a client that is gone is noticed.
    static let silenceMaximum: Duration = .seconds(15)

    let store: TreeStore

    /// Begins to answer once the first event can be told, and ends when the client goes, the server stops,
    /// or so many events as are wanted are told.
    func get(_ query: RequestQuery, _ headers: HTTPFields) async throws -> Response {
        try query.expectOnly(["pattern", "since", "limit"])
        let pattern = try TreePattern(query["pattern"] ?? "/**")
        let limit = try query.number("limit", in: 1...UInt64(Int.max)).map { Int($0) }
        // Taken first: who goes on behind it misses nothing.
        let revision = store.local.revision
        let changes = store.changes(matching: pattern, since: try start(query, headers))
        try await changes.begin()
        let body = ResponseBody { writer in
            var left = limit ?? .max
            do {
                while left > 0, let beat = try await Self.next(of: changes) {
                    var text = ""
                    for change in beat.prefix(left) { text += try Self.event(change) }
                    left -= beat.count
                    try await writer.write(ByteBuffer(string: beat.isEmpty ? ":\n\n" : text))
                }
            } catch let error as StoreError {
                try await writer.write(ByteBuffer(string: Self.event(error)))
            }
            try await writer.finish(nil)
        }
        return Response(events: body).at(revision)
    }

    /// `since=now|current|REVISION`, or the last event that a client of `EventSource` has seen.
    private func start(_ query: RequestQuery, _ headers: HTTPFields) throws -> WatchStart {
        let last = HTTPField.Name("Last-Event-ID").flatMap { headers[$0] }
        switch last ?? query["since"] {
        case nil, "now": return .now
        case "current": return .current
        case let text?:
            guard let revision = UInt64(text) else {
                throw RequestError(
                    .invalidRequest, "expected now, current or a revision as 'since'")
            }
            return .revision(Revision(revision))
        }
    }

    /// The next changes, none after a while without; nil at the end.
    private static func next(of changes: TreeChanges) async throws -> [TreeChange]? {
        enum Beat {
            case changes([TreeChange])
            case silence, end
        }
        return try await withThrowingTaskGroup(of: Beat.self) { group in
            group.addTask { try await changes.next().map(Beat.changes) ?? .end }
            group.addTask {
                try? await Task.sleep(for: Self.silenceMaximum)
                return .silence
            }
            group.addTask {
                // Ends with the task, too; then nobody asks for the outcome.
                try? await gracefulShutdown()
                return .end
            }
            var beat = try await group.next() ?? .end
            group.cancelAll()
            // Changes that came at the same moment are told, and not lost.
            for try await other in group {
                if case .changes = other { beat = other }
            }
            switch beat {
            case .changes(let changes): return changes
            case .silence: return []
            case .end: return nil
            }
        }
    }

    /// An event; it has an ID only if a client that goes on after it misses nothing.
    private static func event(_ change: TreeChange) throws -> String {
        var printer = JSONPrinter()
        try ShownChange(change).write(to: &printer)
        let id = change.resumePoint == change.revision ? "id: \(change.revision.rawValue)\n" : ""
        return "\(id)data: \(printer.finish())\n\n"
    }

    /// The last event of a watch that cannot go on.
    private static func event(_ error: StoreError) -> String {
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeKey("error")
        ErrorAnswer(error).write(to: &printer)
        printer.endObject()
        return "event: error\ndata: \(printer.finish())\n\n"
    }
}
