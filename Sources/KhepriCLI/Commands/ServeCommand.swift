import ArgumentParser
import Khepri
import KhepriServer
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the stores of a directory over HTTP.",
        discussion: """
            Prints one line when it is ready, such as `ready http://127.0.0.1:8080`. SIGTERM and SIGINT \
            end it: requests under way are answered first. Started again with the same arguments it \
            goes on where it was.

            Whoever reaches the address may read and write everything, so only loopback addresses are \
            served without --insecure.

            EXAMPLES
              khepri serve --data-dir shop --http 127.0.0.1:8080
              khepri put --endpoint http://127.0.0.1:8080 /stock/wood/oak 150
              curl http://127.0.0.1:8080/v1/nodes/stock/wood/oak
            """)

    @Option(help: "The name of this member.")
    var name = "khepri"

    @Option(
        name: [.customLong("data-dir"), .customShort("d")],
        help: "The directory of the stores; it is made if it is missing.")
    var dataDirectory: String

    @Option(help: "The address to serve, as HOST:PORT; with port 0, any that is free.")
    var http: HostAndPort

    @Flag(help: "Serve an address that other machines reach, without encryption or passwords.")
    var insecure = false

    @Option(
        name: .customLong("allowed-host"),
        help: "A name that clients may call this server by, beside localhost and addresses.")
    var allowedHosts: [String] = []

    func run() async throws {
        var options = StoreServer.Options(host: http.host, port: http.port)
        options.names = allowedHosts
        guard insecure || options.isLoopback else {
            throw ProgramExit(
                .refused,
                "\(http) may be reached by other machines, and nothing is encrypted or asks for a "
                    + "password: expected an address such as 127.0.0.1:\(http.port), or --insecure")
        }
        let configuration = Diagnostics.configuration
        let stores = try await StoreHost.open(at: dataDirectory, configuration: configuration)
        let address = http
        let server = StoreServer(stores, options: options, logger: configuration.logger) { port in
            try? StandardOutput.line("ready http://\(address.host(withPort: port))")
            try? StandardOutput.flush()
        }
        do {
            try await serve(server)
        } catch {
            try? await stores.close()
            throw error
        }
        try await stores.close()
    }

    private func serve(_ server: StoreServer) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Diagnostics.configuration.logger))
        do {
            try await group.run()
        } catch let error as StoreError {
            throw error
        } catch {
            throw ProgramExit(.unreachable, "cannot serve \(http): \(error)")
        }
    }
}

/// An address such as `127.0.0.1:8080`, `localhost:0` or `[::1]:8080`.
struct HostAndPort: ExpressibleByArgument, CustomStringConvertible {
    let host: String
    let port: Int

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"),
            let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.contains("/") else { return nil }
        self.host = String(host)
        self.port = Int(port)
    }

    var description: String { host(withPort: port) }

    /// The address with another port.
    func host(withPort port: Int) -> String {
        (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }
}
