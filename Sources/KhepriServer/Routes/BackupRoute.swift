import Hummingbird
import Khepri

/// `/v1/backup`: the whole store as the bytes of a backup, from one revision.
struct BackupRoute {
    let store: TreeStore

    func get(_ query: RequestQuery) async throws -> Response {
        try query.expectOnly(RequestQuery.consistencyNames)
        try await store.catchUp(to: query.consistency())
        let source = try await store.backupSource()
        // The bytes are made as the client takes them: a backup of any size takes little memory.
        let body = ResponseBody { writer in
            while let bytes = try source.next() {
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "application/octet-stream"], body: body
        ).at(source.backup.revision)
    }
}
