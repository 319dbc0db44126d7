import CBOR
import NIOHTTP1

extension RemoteStore {
    func triggers() async throws -> [JSONValue] {
        let answer = try await read(.GET, base + "/triggers")
        guard case .array(let triggers)? = answer["triggers"] else {
            throw endpoint.malformedAnswer
        }
        return triggers
    }

    func retryParked(_ id: String, of name: String) async throws {
        _ = try await write(.POST, base + "/triggers/\(name)/\(id)", body: "")
    }

    func discardParked(_ id: String, of name: String) async throws {
        _ = try await write(.DELETE, base + "/triggers/\(name)/\(id)", body: "")
    }

    func removeTrigger(_ name: String) async throws {
        _ = try await write(.DELETE, base + "/triggers/\(name)", body: "")
    }
}
