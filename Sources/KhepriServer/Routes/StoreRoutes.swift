import CBOR
import Hummingbird
import Khepri

/// `/v1/stores`: the stores of this server.
struct StoreRoutes {
    let host: StoreHost

    /// A store that is there.
    ///
    /// - Throws: ``RequestError`` 404: a store is never made by the way.
    func store(_ name: String) async throws -> TreeStore {
        try StoreHost.validate(name)
        guard name == RequestTarget.defaultStore || host.storeNames.contains(name) else {
            throw RequestError(
                .notFound, "there is no store '\(name)': PUT /v1/stores/\(name) makes it")
        }
        return try await host.store(name)
    }

    /// Lists the names.
    func list() -> Response {
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeKey("stores")
        printer.writeArray(host.storeNames) { $1.writeString($0) }
        printer.endObject()
        return Response(json: &printer)
    }

    /// Makes a store if it is not there.
    func put(_ name: String) async throws -> Response {
        try StoreHost.validate(name)
        let isNew = !host.storeNames.contains(name)
        return Self.response(try await host.store(name), status: isNew ? .created : .ok)
    }

    /// Says that a store is there.
    func get(_ name: String) async throws -> Response {
        Self.response(try await store(name), status: .ok)
    }

    private static func response(_ store: TreeStore, status: HTTPResponse.Status) -> Response {
        let statistics = store.statistics
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeMember("name", store.name)
        printer.writeMember("revision", statistics.revision.rawValue)
        printer.writeMember("nodes", statistics.nodeCount)
        printer.writeMember("payloadBytes", statistics.payloadBytes)
        printer.writeMember("stateHash", statistics.stateHash.hexadecimal)
        printer.endObject()
        return Response(status: status, json: &printer).at(statistics.revision)
    }
}

extension UInt128 {
    /// 32 hexadecimal digits.
    fileprivate var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 32 - digits.utf8.count) + digits
    }
}
