import CBOR
import Hummingbird
import Khepri

/// `/v1/triggers`: how the triggers of a store stand, and what becomes of parked changes.
struct TriggerRoutes {
    let store: TreeStore

    /// Lists the triggers as this member knows them.
    func list() throws -> Response {
        let revision = store.local.revision
        let triggers = try store.triggers()
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeKey("triggers")
        printer.writeArray(triggers) { ShownTrigger($0).write(to: &$1) }
        printer.endObject()
        return Response(json: &printer).at(revision)
    }

    /// Removes a trigger.
    func remove(_ name: String) async throws -> Response {
        guard try await store.unregisterTrigger(name) else {
            throw StoreError(.nodeNotFound, "there is no trigger \(name)")
        }
        return try list()
    }

    /// Has a parked change tried again.
    func retry(_ id: String, of name: String) async throws -> Response {
        try await store.retryParked(id, of: name)
        return try list()
    }

    /// Gives a parked change up.
    func discard(_ id: String, of name: String) async throws -> Response {
        try await store.discardParked(id, of: name)
        return try list()
    }
}
