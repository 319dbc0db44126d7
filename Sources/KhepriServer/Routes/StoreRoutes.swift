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
        try StoreName.validate(name)
        guard try await host.hasStore(name) else {
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
        try StoreName.validate(name)
        let isNew = try await !host.hasStore(name)
        return Self.response(try await host.store(name), status: isNew ? .created : .ok)
    }

    /// Says that a store is there.
    func get(_ name: String) async throws -> Response {
        Self.response(try await store(name), status: .ok)
    }

    /// Deletes a store, on all members of the cluster.
    func delete(_ name: String) async throws -> Response {
        try await host.deleteStore(name)
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeMember("deleted", name)
        printer.endObject()
        return Response(json: &printer)
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
