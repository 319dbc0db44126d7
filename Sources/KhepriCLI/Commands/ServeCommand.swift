import ArgumentParser
import Foundation
import Khepri
import KhepriCluster
import KhepriServer
import RaftTransport
import RaftRuntime
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the stores of a directory over HTTP, alone or as a member of a cluster.",
        discussion: """
            Prints one line when it is ready, such as `ready http://127.0.0.1:8080`. SIGTERM and SIGINT \
            end it: requests under way are answered first, and leadership goes to another member. \
            Started again with the same arguments it goes on where it was.

            With --peer the host founds a cluster, or with --join it becomes a member of one; a name \
            belongs to one directory only.

            Whoever reaches --http may read and write everything, and without certificates members \
            speak without encryption, so only loopback addresses are served like that without \
            --insecure. With certificates members know each other by them, and --https serves those \
            clients that show one; `khepri certificates` makes them.

            EXAMPLES
              khepri serve --data-dir shop --http 127.0.0.1:8080
              khepri put --endpoint http://127.0.0.1:8080 /stock/wood/oak 150
              curl http://127.0.0.1:8080/v1/nodes/stock/wood/oak

              khepri serve --name n1 --data-dir n1 --http 127.0.0.1:8081 --peer 127.0.0.1:7401
              khepri serve --name n2 --data-dir n2 --http 127.0.0.1:8082 --peer 127.0.0.1:7402 \\
                --join http://127.0.0.1:8081
              khepri serve --dev --members 3

              khepri certificates create n1 n2 n3
              khepri serve --name n1 --data-dir n1 --https 10.0.0.1:8443 --peer 10.0.0.1:7400 \\
                --certs-dir certificates
            """)

    @Option(help: "The name of this member.")
    var name = "khepri"

    @Option(
        name: [.customLong("data-dir"), .customShort("d")],
        help: "The directory of the stores; it is made if it is missing.")
    var dataDirectory: String?

    @Option(help: "The address to serve, as HOST:PORT; with port 0, any that is free.")
    var http: HostAndPort?

    @Option(help: "The address to serve over TLS, in place of --http.")
    var https: HostAndPort?

    @Option(help: "The address for other members, as HOST:PORT.")
    var peer: HostAndPort?

    @Option(help: "A member of the cluster to join, as http://HOST:PORT or https://HOST:PORT.")
    var join: Endpoint?

    @Flag(help: "Join for reads only: the member counts in no majority.")
    var learner = false

    @Flag(
        help:
            "Put damaged files aside, and let the other members fill the directory again; needs --join."
    )
    var repair = false

    @Flag(help: "Wait five times longer for other members, which are far away; the same for all.")
    var severalRegions = false

    @OptionGroup var certificates: CertificateOptions

    @Flag(help: "Serve addresses that other machines reach, without encryption or passwords.")
    var insecure = false

    @Flag(help: "Run a whole cluster in this process, for development.")
    var dev = false

    @Option(help: "With --dev: how many members.")
    var members = 3

    @Option(
        name: .customLong("allowed-host"),
        help: "A name that clients may call this server by, beside localhost and addresses.")
    var allowedHosts: [String] = []

    func validate() throws {
        if dev {
            guard (1...9).contains(members) else {
                throw ValidationError("expected 1 to 9 --members, found \(members)")
            }
            guard peer == nil, join == nil, https == nil else {
                throw ValidationError(
                    "--dev makes a cluster of its own: no --peer, no --join, no --https")
            }
            return
        }
        guard dataDirectory != nil, (http == nil) != (https == nil) else {
            throw ValidationError("expected --data-dir and one of --http and --https, or --dev")
        }
        guard https == nil || certificates.files(of: name) != nil else {
            throw ValidationError(
                "--https needs --certs-dir, or --ca-file, --cert-file and --key-file")
        }
        guard !repair || join != nil else {
            throw ValidationError(
                "--repair needs --join: a member that is there to repair this one")
        }
        guard join == nil || peer != nil else {
            throw ValidationError("a member that joins needs a --peer address for the others")
        }
    }

    func run() async throws {
        if dev { return try await runDevelopmentCluster() }
        guard let dataDirectory, let address = https ?? http else {
            throw ExitCode.validationFailure
        }
        let files = certificates.files(of: name)
        try check(address, isEncrypted: https != nil)
        if let peer { try check(peer, isEncrypted: files != nil) }
        let keeper = try files.map {
            try CertificateKeeper($0, logger: Diagnostics.servingConfiguration.logger)
        }
        let member = ServedMember(
            name: name, directory: dataDirectory, address: address, peer: peer?.description,
            join: join, isLearner: learner, repairsDamage: repair, spansRegions: severalRegions,
            allowsPlaintext: insecure, allowedHosts: allowedHosts, certificates: files,
            keeper: keeper, isEncrypted: https != nil)
        let host = try await member.open()
        keeper?.start()
        defer { keeper?.stop() }
        try await serve([(member, host)])
    }

    private func runDevelopmentCluster() async throws {
        let first = http ?? HostAndPort(host: "127.0.0.1", port: 8080)
        try check(first, isEncrypted: false)
        let temporary = FileManager.default.temporaryDirectory
            .appending(path: "khepri-dev-\(ProcessInfo.processInfo.processIdentifier)")
        let directory = dataDirectory ?? temporary.path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { if dataDirectory == nil { try? FileManager.default.removeItem(at: temporary) } }
        let served = try await DevelopmentCluster(
            directory: directory, memberCount: members, first: first, allowsPlaintext: insecure,
            allowedHosts: allowedHosts
        ).open()
        try await serve(served)
    }

    private func check(_ address: HostAndPort, isEncrypted: Bool) throws {
        let options = StoreServer.Options(host: address.host, port: address.port)
        guard insecure || isEncrypted || options.isLoopback else {
            throw ProgramExit(
                .refused,
                "\(address) may be reached by other machines, and nothing is encrypted or asks "
                    + "who they are: expected an address such as 127.0.0.1:\(address.port), "
                    + "certificates and --https, or --insecure")
        }
    }

    /// Serves until a signal ends it, then closes the hosts.
    private func serve(_ served: [(member: ServedMember, host: StoreHost)]) async throws {
        let ports = Lock<[Int?]>(Array(repeating: nil, count: served.count))
        let members = served.map(\.member)
        let services = served.enumerated().map { place, one in
            one.member.server(of: one.host) { port in
                let all = ports.withLock { ports -> [Int]? in
                    ports[place] = port
                    let known = ports.compactMap(\.self)
                    return known.count == ports.count ? known : nil
                }
                guard let all else { return }
                let urls = zip(members, all).map { $0.url(withPort: $1) }
                try? StandardOutput.line("ready " + urls.joined(separator: " "))
                try? StandardOutput.flush()
            }
        }
        let result: Result<Void, any Error>
        do {
            let announcements = served.map {
                MemberAnnouncement(host: $0.host, member: $0.member)
            }
            try await run(services, announcements)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        // All at once: the last one need not wait in vain for others that are gone.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (_, host) in served { group.addTask { try await host.close() } }
            try await group.waitForAll()
        }
        try result.get()
    }

    private func run(
        _ servers: [StoreServer], _ announcements: [MemberAnnouncement]
    ) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: servers.map {
                    .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
                }
                    + announcements.map {
                        .init(service: $0, successTerminationBehavior: .ignore)
                    },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Diagnostics.configuration.logger))
        do {
            try await group.run()
        } catch let error as StoreError {
            throw error
        } catch {
            throw ProgramExit(.unreachable, "cannot serve: \(error)")
        }
    }
}
