import CBOR
import Khepri
import NIOHTTP1

/// Where stores are listed, made and deleted: in a directory that this process has open, or on a server.
protocol HostPlace {
    /// The names of the stores, sorted.
    func storeNames() async throws -> [String]

    /// Makes a store, if it is not there.
    func createStore(_ name: String) async throws

    /// Deletes a store.
    ///
    /// - Throws: ``StoreError`` `.storeNotFound`, and `.invalidOperation` for `default`.
    func deleteStore(_ name: String) async throws
}

extension StoreHost: HostPlace {
    func storeNames() async throws -> [String] { storeNames }

    func createStore(_ name: String) async throws { _ = try await store(name) }

    func deleteStore(_ name: String) async throws { try await deleteStore(name, timeout: nil) }
}

/// The stores of a server.
struct RemoteHost: HostPlace {
    let endpoint: Endpoint

    func storeNames() async throws -> [String] {
        guard case .array(let names)? = try await request(.GET, "/v1/stores")["stores"] else {
            throw endpoint.malformedAnswer
        }
        return try names.map { name in
            guard case .string(let text) = name else { throw endpoint.malformedAnswer }
            return text.string
        }
    }

    func createStore(_ name: String) async throws {
        _ = try await request(.PUT, "/v1/stores/\(name)")
    }

    func deleteStore(_ name: String) async throws {
        _ = try await request(.DELETE, "/v1/stores/\(name)")
    }

    private func request(_ method: HTTPMethod, _ target: String) async throws -> JSONValue {
        let connection = try await HTTPConnection(to: endpoint)
        let reply: HTTPReply
        do {
            reply = try await connection.send(method, target)
        } catch {
            throw method == .GET ? endpoint.lostRead : endpoint.lostWrite
        }
        await connection.close()
        return try endpoint.json(of: reply)
    }
}
