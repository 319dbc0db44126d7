import ArgumentParser
import Foundation
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
        if !creating { try requireDirectory() }
        let host = try await StoreHost.open(
            at: dataDirectory, configuration: Diagnostics.configuration)
        do {
            if !creating { try requireStore(in: host) }
            let result = try await body(try await host.store(name))
            try await host.close()
            return result
        } catch {
            try? await host.close()
            throw error
        }
    }

    /// Refuses to create a directory by reading from a mistyped one.
    private func requireDirectory() throws {
        let kind = FileKind(at: dataDirectory)
        let isEmpty = (try? FileManager.default.contentsOfDirectory(atPath: dataDirectory)) == []
        guard kind == .directory && !isEmpty else {
            let found = [.missing: "nothing", .directory: "an empty directory"][kind] ?? "a file"
            throw ProgramExit(
                .unreachable,
                "there is no store in \(dataDirectory): found \(found); "
                    + "`khepri put` and `khepri import` create one")
        }
    }

    /// Refuses to create a store by reading from a mistyped one.
    private func requireStore(in host: StoreHost) throws {
        try StoreHost.validate(name)
        let names = host.storeNames
        guard names.contains(name) || name == "default" else {
            throw ProgramExit(
                .unreachable,
                "there is no store '\(name)' in \(dataDirectory): "
                    + "found \(names.joined(separator: ", "))")
        }
    }
}
