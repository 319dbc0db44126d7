import ArgumentParser
import Foundation
import Khepri
import RaftRuntime

/// Where the store is that a command works on.
struct StoreOptions: ParsableArguments {
    @Option(
        name: [.customLong("data-dir"), .customShort("d")], help: "The directory of the store.")
    var dataDirectory: String?

    @Option(help: "The server of the store, such as http://127.0.0.1:8080.")
    var endpoint: Endpoint?

    @Option(name: .customLong("store"), help: "The store in the directory or on the server.")
    var name = "default"

    @OptionGroup var certificates: CertificateOptions

    func validate() throws {
        guard (dataDirectory == nil) != (endpoint == nil) else {
            throw ValidationError("expected either --data-dir or --endpoint")
        }
    }

    /// Opens the store or connects to its server, runs `body` and closes it again, also after an
    /// error.
    func withPlace<Result: Sendable>(
        creating: Bool = false, _ body: (any StorePlace) async throws -> Result
    ) async throws -> Result {
        if let dataDirectory {
            let options = LocalOptions(directory: dataDirectory, name: name)
            return try await options.withStore(creating: creating) { store in
                try await body(LocalStore(store))
            }
        }
        guard let endpoint = try endpoint.map(certificates.applied) else {
            preconditionFailure("one of the two was given")
        }
        let place = try await RemoteStore(at: endpoint, store: name, creating: creating)
        do {
            let result = try await body(place)
            await place.close()
            return result
        } catch {
            await place.close()
            throw error
        }
    }
}

/// A store in a directory.
struct LocalOptions {
    let directory: String
    let name: String

    /// Opens the store, runs `body` and closes it again, also after an error.
    func withStore<Result: Sendable>(
        creating: Bool = false, _ body: (TreeStore) async throws -> Result
    ) async throws -> Result {
        try await withHost(creating: creating) { host in
            if !creating { try requireStore(in: host) }
            return try await body(try await host.store(name))
        }
    }

    /// Opens the directory, runs `body` and closes it again, also after an error.
    func withHost<Result: Sendable>(
        creating: Bool = false, _ body: (StoreHost) async throws -> Result
    ) async throws -> Result {
        if !creating { try requireDirectory() }
        let host = try await StoreHost.open(
            at: directory, configuration: Diagnostics.configuration)
        do {
            let result = try await body(host)
            try await host.close()
            return result
        } catch {
            try? await host.close()
            throw error
        }
    }

    /// Refuses to create a directory by reading from a mistyped one.
    private func requireDirectory() throws {
        let kind = FileKind(at: directory)
        let isEmpty = (try? FileManager.default.contentsOfDirectory(atPath: directory)) == []
        guard kind == .directory && !isEmpty else {
            let found = [.missing: "nothing", .directory: "an empty directory"][kind] ?? "a file"
            throw ProgramExit(
                .unreachable,
                "there is no store in \(directory): found \(found); "
                    + "`khepri put` and `khepri import` create one")
        }
    }

    /// Refuses to create a store by reading from a mistyped one.
    private func requireStore(in host: StoreHost) throws {
        try StoreName.validate(name)
        let names = host.storeNames
        guard names.contains(name) || name == "default" else {
            throw ProgramExit(
                .unreachable,
                "there is no store '\(name)' in \(directory): "
                    + "found \(names.joined(separator: ", "))")
        }
    }
}
