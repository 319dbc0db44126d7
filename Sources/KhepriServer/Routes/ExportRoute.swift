import Hummingbird
import Khepri
import KhepriTree

/// `/v1/export`: a subtree as the lines of `khepri-ops/1` that rebuild it, from one revision.
struct ExportRoute {
    let store: TreeStore

    func get(_ query: RequestQuery) async throws -> Response {
        try query.expectOnly(["path", "leased"] + RequestQuery.consistencyNames)
        let leased = try query.isSet("leased")
        let path = try TreePath(query["path"] ?? "/")
        try await store.catchUp(to: query.consistency())
        let view = store.view
        guard view.exists(path) else {
            throw StoreError(.nodeNotFound, "there is no node", path: path)
        }
        // The lines are made as the client takes them: an export of any size takes little memory.
        let body = ResponseBody { writer in
            var operations = StoredOperations(of: view, from: path, leased: leased)
            var lines = operations.header
            while !lines.isEmpty {
                try await writer.write(ByteBuffer(string: lines))
                lines = operations.nextLines()
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "application/jsonl"], body: body
        ).at(view.revision)
    }
}
