import CBOR
import Hummingbird
import Khepri
import KhepriTree

/// `/v1/procedures`: what this member can be asked to do, and doing it.
struct ProcedureRoutes {
    let store: TreeStore

    /// The names and versions.
    func list() -> Response {
        var printer = JSONPrinter()
        printer.writeArray(store.procedures) { procedure, printer in
            printer.beginObject()
            printer.writeMember("name", procedure.name)
            printer.writeKey("versions")
            printer.writeArray(procedure.versions) { $1.writeInteger($0) }
            printer.endObject()
        }
        return Response(json: &printer)
    }

    /// Calls one; the body is its argument, and the answer what it answers.
    func call(_ name: String, _ query: RequestQuery, _ body: ByteBuffer) async throws -> Response {
        try query.expectOnly(["version"])
        let version = try query.number("version", in: 1...UInt64(Int.max)).map { Int($0) }
        let argument =
            try body.readableBytes == 0
            ? nil
            : body.withUnsafeReadableBytes {
                try Payload(json: String(decoding: $0, as: UTF8.self))
            }
        let answer = try await store.call(
            ProcedureReference(name, version: version), with: argument)
        var printer = JSONPrinter()
        try printer.writeItem(answer.bytes)
        return Response(json: &printer).at(store.local.revision)
    }
}
