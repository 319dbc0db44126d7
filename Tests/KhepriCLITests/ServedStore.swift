import Khepri
import KhepriServer

/// A store in memory that this process serves, as a program of a user does.
enum ServedStore {
    /// Serves a store for as long as `body` takes, which gets it and the address.
    static func serving(
        _ body: @escaping @Sendable (TreeStore, String) async throws -> Void
    ) async throws {
        let host = try StoreHost.inMemory()
        let store = try await host.store()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = StoreServer(host, options: .init(host: "127.0.0.1", port: 0)) {
            port.yield($0)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            for await number in ports {
                try await body(store, "http://127.0.0.1:\(number)")
                break
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        try await host.close()
    }
}
