import CBOR
import Hummingbird
import Khepri
import KhepriTree

/// `/v1/leases`: claims to nodes for as long as a client renews them, on whatever member.
struct LeaseRoutes {
    let store: TreeStore

    /// Grants a lease.
    func grant(_ body: ByteBuffer) async throws -> Response {
        let json = try JSONMembers(body, allowed: ["timeToLiveMilliseconds"])
        guard let milliseconds = try json.integer("timeToLiveMilliseconds") else {
            throw RequestError(.invalidRequest, "expected timeToLiveMilliseconds")
        }
        let id = try await store.grantLease(timeToLive: .milliseconds(milliseconds))
        return answer(id, status: .created)
    }

    /// Gives a lease its whole time again.
    func renew(_ text: String) async throws -> Response {
        let id = try Self.identity(text)
        try await store.renewLease(id)
        return answer(id)
    }

    /// Ends a lease, with the nodes it keeps.
    func revoke(_ text: String) async throws -> Response {
        let id = try Self.identity(text)
        try await store.revokeLease(id)
        return answer(id)
    }

    /// The lease that a client names.
    static func identity(_ text: String) throws -> SessionID {
        guard let id = SessionID(hexadecimal: text) else {
            throw RequestError(
                .invalidRequest, "expected the 32 digits of a lease, found '\(text)'")
        }
        return id
    }

    private func answer(_ id: SessionID, status: HTTPResponse.Status = .ok) -> Response {
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeMember("lease", id.hexadecimal)
        printer.endObject()
        return Response(status: status, json: &printer).at(store.local.revision)
    }
}
