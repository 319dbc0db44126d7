import Hummingbird
import HummingbirdCore
package import Khepri
package import Logging
package import NIOSSL
import ServiceLifecycle

/// The HTTP server of a host's stores.
package struct StoreServer: Service {
    /// Where and for whom it serves.
    package struct Options: Sendable {
        /// The name or address to listen on.
        package var host: String
        /// The port to listen on; 0 for any that is free.
        package var port: Int
        /// Names that clients may call the server by, beside `localhost` and addresses.
        package var names: [String] = []
        /// What the next connection is encrypted with; nil serves plaintext.
        package var encryption: (@Sendable () -> NIOSSLContext)?

        /// Joins the address.
        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// Whether only this machine can reach the address.
        package var isLoopback: Bool {
            host == "localhost" || host == "::1"
                || host.hasPrefix("127.") && host.split(separator: ".").count == 4
        }
    }

    /// A connection without a request for so long is closed.
    static let idleTimeout: Duration = .seconds(120)
    /// The most connections; a further one waits until another is closed.
    static let connectionsMaximum = 10_000

    private let stores: StoreHost
    private let options: Options
    private let logger: Logger
    private let onReady: @Sendable (Int) -> Void

    /// Makes a server; it listens when it runs.
    ///
    /// - Parameter onReady: Called once with the port, when requests are served.
    package init(
        _ stores: StoreHost, options: Options, logger: Logger,
        onReady: @escaping @Sendable (Int) -> Void
    ) {
        self.stores = stores
        self.options = options
        self.logger = logger
        self.onReady = onReady
    }

    private var server: HTTPServerBuilder {
        let configuration = HTTP1Channel.Configuration(idleTimeout: .init(Self.idleTimeout))
        guard let encryption = options.encryption else {
            return .http1(configuration: configuration)
        }
        return HTTPServerBuilder { responder in
            EncryptedChannel(
                base: HTTP1Channel(responder: responder, configuration: configuration),
                context: encryption)
        }
    }

    /// Serves until the task is cancelled or a graceful shutdown begins.
    ///
    /// Requests that are under way are answered first. The host stays open.
    package func run() async throws {
        for name in Set(stores.storeNames).union([RequestTarget.defaultStore]) {
            _ = try await stores.store(name)
        }
        let onReady = onReady
        let application = Application(
            responder: StoreResponder(stores, source: RequestSource(names: options.names)),
            server: server,
            configuration: .init(
                address: .hostname(options.host, port: options.port),
                availableConnectionsDelegate: .maximum(Self.connectionsMaximum, logger: logger)),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) },
            logger: logger)
        do {
            try await application.run()
        } catch {
            throw StoreError(
                .cannotOpen, "cannot serve \(options.host):\(options.port): \(error)", cause: error)
        }
    }
}
