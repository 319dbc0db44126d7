import ArgumentParser
import Khepri
import KhepriTree

/// The lease under which a command of the user's runs.
struct LeaseOptions: ParsableArguments {
    @Option(help: "The server of the store, such as http://127.0.0.1:8080.")
    var endpoint: Endpoint

    @Option(name: .customLong("store"), help: "The store on the server.")
    var name = "default"

    @OptionGroup var certificates: CertificateOptions

    @Option(
        name: .customLong("ttl"), help: "How long the server may hear nothing, in seconds.")
    var seconds = 15

    @Argument(parsing: .postTerminator, help: "The command to run, behind a --.")
    var command: [String] = []

    func validate() throws {
        let limits = TreeLimits.leaseMilliseconds
        let range = limits.lowerBound / 1_000...limits.upperBound / 1_000
        guard seconds > 0, range.contains(UInt64(seconds)) else {
            throw ValidationError(
                "expected a --ttl from \(range.lowerBound) to \(range.upperBound) seconds, "
                    + "found \(seconds)")
        }
        guard !command.isEmpty else { throw ValidationError("expected a command behind --") }
    }

    /// Takes a lease, runs `body`, and revokes the lease, also after an error.
    ///
    /// - Throws: What `body` throws; ``ProgramExit`` with the code of the command that it ran.
    func withLease(
        _ body: (RemoteLease, Endpoint) async throws -> Int32
    ) async throws {
        try StoreName.validate(name)
        let endpoint = try certificates.applied(to: endpoint)
        let lease = try await RemoteLease(
            timeToLive: .seconds(seconds), of: name, at: endpoint)
        let code: Int32
        do {
            code = try await body(lease, endpoint)
        } catch {
            await lease.revoke()
            throw error
        }
        await lease.revoke()
        guard code == 0 else { throw ProgramExit(.init(rawValue: code)) }
    }

    /// Runs the command while a lease is kept.
    ///
    /// - Returns: Its exit code.
    /// - Throws: ``ProgramExit`` if it cannot be started, or the lease cannot be counted on any more.
    func run(
        under lease: RemoteLease, _ environment: [(name: String, value: String)] = []
    ) async throws -> Int32 {
        try lease.expectTime()
        let child = try ChildCommand(
            command, environment: [("KHEPRI_LEASE", lease.id)] + environment)
        return try await lease.whileKept(stop: { child.send($0) }) { await child.end() }
    }
}
