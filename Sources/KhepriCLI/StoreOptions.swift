import ArgumentParser
import Khepri

/// Where the store is that a command works on.
struct StoreOptions: ParsableArguments {
    @Option(
        name: [.customLong("data-dir"), .customShort("d")], help: "The directory of the store.")
    var dataDirectory: String

    @Option(name: .customLong("store"), help: "The store in the directory.")
    var name = "default"

    /// Opens the store, runs `body` and closes it again, also after an error.
    func withStore<Result: Sendable>(
        creating: Bool = false, _ body: (TreeStore) async throws -> Result
    ) async throws -> Result {
        if !creating { try requireStore() }
        let host = try await StoreHost.open(
            at: dataDirectory, configuration: Diagnostics.configuration)
        do {
            let result = try await body(try await host.store(name))
            try await host.close()
            return result
        } catch {
            try? await host.close()
            throw error
        }
    }

    /// Refuses to create a store by reading from a mistyped directory.
    private func requireStore() throws {
        guard FileKind(at: dataDirectory) == .directory else {
            throw ProgramExit(
                .unreachable,
                "there is no store in \(dataDirectory): expected a directory; "
                    + "`khepri put` and `khepri import` create one")
        }
    }
}
