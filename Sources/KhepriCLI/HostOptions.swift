import ArgumentParser
import Khepri

/// Whose stores a command works on.
struct HostOptions: ParsableArguments {
    @Option(
        name: [.customLong("data-dir"), .customShort("d")], help: "The directory of the stores.")
    var dataDirectory: String?

    @Option(help: "The server of the stores, such as http://127.0.0.1:8080.")
    var endpoint: Endpoint?

    @OptionGroup var certificates: CertificateOptions

    func validate() throws {
        guard (dataDirectory == nil) != (endpoint == nil) else {
            throw ValidationError("expected either --data-dir or --endpoint")
        }
    }

    /// Opens the directory or turns to the server, and runs `body`.
    func withHost<Result: Sendable>(
        creating: Bool = false, _ body: (any HostPlace) async throws -> Result
    ) async throws -> Result {
        if let dataDirectory {
            let options = LocalOptions(directory: dataDirectory, name: "default")
            return try await options.withHost(creating: creating) { try await body($0) }
        }
        guard let endpoint = try endpoint.map(certificates.applied) else {
            preconditionFailure("one of the two was given")
        }
        return try await body(RemoteHost(endpoint: endpoint))
    }
}
