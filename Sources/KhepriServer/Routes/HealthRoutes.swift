import Hummingbird
import Khepri

/// `/livez` and `/readyz`: whether the process is there, and whether it can serve.
struct HealthRoutes {
    /// How long the read of a readiness check may take.
    static let timeout: Duration = .seconds(1)

    let host: StoreHost

    func alive() -> Response {
        Response(text: "alive\n")
    }

    /// Answers from a real read of each store: a member without quorum, or with a stuck disk, is
    /// not ready, and the answer says why.
    func ready() async -> Response {
        for name in host.storeNames {
            do {
                let store = try await host.store(name)
                try await store.catchUp(to: .linearizable, timeout: Self.timeout)
                if store.statistics.isStorageFull {
                    return Self.notReady(name, "the disk is full: writes are refused")
                }
            } catch {
                return Self.notReady(name, "\(error)")
            }
        }
        return Response(text: "ready\n")
    }

    private static func notReady(_ store: String, _ reason: String) -> Response {
        Response(status: .serviceUnavailable, text: "not ready: store \(store): \(reason)\n")
    }
}
