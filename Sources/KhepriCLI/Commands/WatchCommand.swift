import ArgumentParser
import CBOR
import Foundation
import Khepri
import KhepriTree

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Print the changes of the nodes that match a pattern, as they are made.",
        discussion: """
            Goes on by itself after a lost connection, and misses nothing, until it is interrupted. A \
            command that is run for each change gets it as a line of JSON on its standard input, and \
            KHEPRI_PATH, KHEPRI_CHANGE and KHEPRI_REVISION in its environment.

            EXAMPLES
              khepri watch --endpoint http://127.0.0.1:8080 '/stock/**'
              khepri watch --endpoint http://127.0.0.1:8080 '/stock/*' --since current --jsonl
              khepri watch --endpoint http://127.0.0.1:8080 /config --exec 'systemctl reload shop'
            """)

    @Option(help: "The server of the store, such as http://127.0.0.1:8080.")
    var endpoint: Endpoint

    @Option(name: .customLong("store"), help: "The store on the server.")
    var name = "default"

    @OptionGroup var certificates: CertificateOptions

    @Argument(help: "A path, or a pattern with * and **.")
    var pattern = "/**"

    @Option(help: "Where to begin: now; current, with what is there; or behind a revision.")
    var since = "now"

    @Option(help: "End after so many changes.")
    var limit: Int?

    @Flag(help: "Print each change as a line of JSON.")
    var jsonl = false

    @Option(help: "Run this command of the shell for each change, in place of printing it.")
    var exec: String?

    func validate() throws {
        try Arguments.expect("--limit", atLeast: 1, found: limit)
        guard ["now", "current"].contains(since) || UInt64(since) != nil else {
            throw ValidationError(
                "expected now, current or a revision as --since, found '\(since)'")
        }
        guard !jsonl || exec == nil else {
            throw ValidationError("expected either --jsonl or --exec")
        }
    }

    func run() async throws {
        var watch = try RemoteEvents.changes(
            of: name, at: try certificates.applied(to: endpoint),
            matching: try Arguments.pattern(pattern), since: since)
        var left = limit ?? .max
        try await watch.run { start in
            StandardStreams.note(
                "khepri: the connection to \(endpoint) was lost; going on from \(start)")
        } _: { line in
            try await tell(line)
            left -= 1
            return left > 0
        }
    }

    private func tell(_ line: String) async throws {
        guard let told = try? ToldChange(line) else { throw endpoint.malformedAnswer }
        if let exec {
            try await run(exec, told)
        } else {
            try StandardOutput.line(jsonl ? told.json : told.line)
            // Whoever reads wants it now.
            try StandardOutput.flush()
        }
    }

    /// Runs a command and waits for it; that it fails is noted only.
    private func run(_ command: String, _ change: ToldChange) async throws {
        let input = Pipe()
        let child = try ChildCommand(
            ["/bin/sh", "-c", command],
            environment: [
                ("KHEPRI_PATH", change.path), ("KHEPRI_CHANGE", change.kind),
                ("KHEPRI_REVISION", "\(change.revision)"),
            ],
            input: input.fileHandleForReading.fileDescriptor)
        try? input.fileHandleForReading.close()
        // A command that does not read its input closes it: nothing is wrong with that.
        try? input.fileHandleForWriting.write(contentsOf: Data((change.json + "\n").utf8))
        try? input.fileHandleForWriting.close()
        let code = await child.end()
        guard code != 0 else { return }
        StandardStreams.note("khepri: the command ended with \(code) for \(change.path)")
    }
}

/// A change as a server told it.
private struct ToldChange {
    let path: String
    let kind: String
    let revision: UInt64
    let value: String?
    let json: String

    /// Reads a line of JSON.
    init?(_ line: String) throws {
        let change = try JSONParser.value(of: line)
        guard case .string(let path)? = change["path"], case .string(let kind)? = change["change"],
            case .unsigned(let revision)? = change["revision"]
        else { return nil }
        self.path = path.string
        self.kind = kind.string
        self.revision = revision
        value = try change["value"].map { try Payload($0.cborValue()).jsonText }
        json = line
    }

    /// For people.
    var line: String { "\(revision) \(kind) \(path)" + (value.map { " = \($0)" } ?? "") }
}
