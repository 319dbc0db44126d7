import Foundation
import Testing

@testable import KhepriCLI

/// `khepri serve` as a process on a host of its own.
final class MemberProcess {
    let number: Int
    /// Where its data is.
    let disk: MemberDisk
    /// What it says, over all its lives.
    let log: String
    /// How clients reach it.
    let endpoint: Endpoint
    private let security: MemberSecurity
    private let join: Endpoint?
    private var process: Process?

    init(
        _ number: Int, in directory: String, on kind: MemberDisk.Kind, _ security: MemberSecurity,
        joining join: Endpoint?
    ) async throws {
        self.number = number
        self.security = security
        self.join = join
        endpoint = try security.endpoint(Self.address(of: number))
        disk = try await MemberDisk(kind, at: "\(directory)/n\(number)")
        log = "\(directory)/n\(number).log"
        try Data().write(to: URL(fileURLWithPath: log))
    }

    var name: String { "n\(number)" }
    var isRunning: Bool { process?.isRunning ?? false }

    /// What clients call a host, with the port.
    static func address(of number: Int) -> String {
        FaultyNetwork.address(of: number) + ":8080"
    }

    /// The program that is tested.
    static var program: String {
        ProcessInfo.processInfo.environment["KHEPRI_PROGRAM"] ?? "khepri"
    }

    /// Starts the program, always with the same arguments, and waits until it is ready.
    func start(within limit: Duration = .seconds(20)) async throws {
        precondition(!isRunning, "\(name) runs already")
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        let start = try output.seekToEnd()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            FaultyNetwork.words(on: number) + [Self.program, "serve", "--name", name]
            + ["--data-dir", disk.place + "/data"]
            + ["--peer", FaultyNetwork.address(of: number) + ":7400"]
            + security.words(serving: Self.address(of: number))
            + (join.map { ["--join", $0.description] } ?? [])
        process.environment = ProcessInfo.processInfo.environment
            .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        self.process = process
        try await eventually("\(name) to be ready", within: limit) {
            guard isRunning else { throw Tool.Failure(description: "\(name) ended: \(lastWords)") }
            return try said(since: start).contains("ready http") ? () : nil
        }
    }

    /// Ends the process at once, or as asked, and waits until it is gone.
    func end(_ signal: Int32 = SIGKILL) async throws {
        #expect(isRunning, "\(name) had ended by itself: \(lastWords)")
        try await discard(signal)
    }

    /// Ends what may have ended already.
    func discard(_ signal: Int32 = SIGKILL) async throws {
        guard let process else { return }
        send(signal)
        try await eventually("\(name) to be gone") { process.isRunning ? nil : () }
        self.process = nil
    }

    /// Stops the process where it is; it is as if its machine stood still.
    func pause() { send(SIGSTOP) }

    /// Lets it go on.
    func resume() { send(SIGCONT) }

    func send(_ signal: Int32) { if let process { kill(process.processIdentifier, signal) } }

    /// The end of what it said.
    var lastWords: String {
        let text = (try? said(since: 0)) ?? ""
        return text.split(separator: "\n").suffix(5).joined(separator: "\n")
    }

    private func said(since offset: UInt64) throws -> String {
        let data = try Data(contentsOf: URL(fileURLWithPath: log))
        return String(decoding: data.dropFirst(Int(offset)), as: UTF8.self)
    }

    deinit { if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}
