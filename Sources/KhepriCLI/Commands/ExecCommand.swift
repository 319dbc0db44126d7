import ArgumentParser
import Foundation
import Khepri
import KhepriTree

struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Read operations as JSON lines, print one result a line.",
        discussion: """
            The lines and results are `khepri-ops/1`. Results come in the order of the lines, each when \
            it is durable. Up to 1,024 writes are under way at once; a read sees every line before it. \
            A line that is no valid operation gets an invalidOperation result, and the exit code is then \
            2 at the end.

            EXAMPLES
              echo '{"op":"put","path":"/stock/wood/oak","value":150}' | khepri exec -d shop
              khepri exec --in-memory < trace.jsonl
            """)

    @Option(
        name: [.customLong("data-dir"), .customShort("d")], help: "The directory of the store.")
    var dataDirectory: String?

    @Option(help: "The server of the store, such as http://127.0.0.1:8080.")
    var endpoint: Endpoint?

    @Option(name: .customLong("store"), help: "The store in the directory or on the server.")
    var name = "default"

    @OptionGroup var certificates: CertificateOptions

    @Flag(help: "Work on a new store that is in memory only; allows the operation `reset`.")
    var inMemory = false

    func validate() throws {
        let places = [inMemory, dataDirectory != nil, endpoint != nil].filter { $0 }.count
        guard places == 1 else {
            throw ValidationError("expected one of --data-dir, --endpoint and --in-memory")
        }
    }

    func run() async throws {
        let place: ExecSession.Place
        if let dataDirectory {
            place = .directory(dataDirectory, store: name)
        } else if let endpoint = try endpoint.map(certificates.applied) {
            place = .server(endpoint, store: name)
        } else {
            place = .memory
        }
        let malformed = try await ExecSession(place: place).run(InputLines())
        if malformed > 0 {
            let lines = malformed == 1 ? "1 line was" : "\(malformed) lines were"
            throw ProgramExit(.usage, "\(lines) not a valid operation")
        }
    }
}
