import Hummingbird
import HummingbirdCore
public import Khepri
public import Logging
package import NIOSSL
public import ServiceLifecycle

/// The HTTP server of a host's stores, with the procedures that a program registered.
///
/// ```swift
/// let server = StoreServer(host, options: .init(host: "127.0.0.1", port: 8080))
/// try await server.run()
/// ```
/// Whoever reaches the address may read and write everything: listen on this machine only, or behind a
/// proxy that lets in whom it knows. `docs/HTTP.md` is the reference.
public struct StoreServer: Service {
    /// Where and for whom it serves.
    public struct Options: Sendable {
        /// The name or address to listen on.
        public var host: String
        /// The port to listen on; 0 for any that is free.
        public var port: Int
        /// Names that clients may call the server by, beside `localhost` and addresses.
        public var names: [String] = []
        /// What the next connection is encrypted with; nil serves plaintext.
        package var encryption: (@Sendable () -> NIOSSLContext)?

        /// Joins the address.
        ///
        /// - Parameters:
        ///   - host: The name or address to listen on.
        ///   - port: The port, 0 for any that is free.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// Whether only this machine can reach the address.
        public var isLoopback: Bool {
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
    /// - Parameters:
    ///   - stores: The host whose stores it serves; it stays open when the server ends.
    ///   - options: Where and for whom it serves.
    ///   - logger: Told what the server does.
    ///   - onReady: Called once with the port, when requests are served.
    public init(
        _ stores: StoreHost, options: Options, logger: Logger = Logger(label: "khepri.server"),
        onReady: @escaping @Sendable (Int) -> Void = { _ in }
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
    /// - Throws: `StoreError` `.cannotOpen` if the address cannot be had, and why a store cannot be opened.
    public func run() async throws {
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
