import ArgumentParser
import CBOR
import Khepri
import KhepriServer
import KhepriTree
import NIOHTTP1

struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Call a procedure that the member has, and print its answer as JSON.",
        discussion: """
            Procedures are registered by the program that has the store open: one of your own with the \
            library, which serves it. Without a name the procedures are listed.

            EXAMPLES
              khepri call --endpoint http://127.0.0.1:8080 reserve 3
              khepri call --endpoint http://127.0.0.1:8080 reserve 3 --version 1
              khepri call --endpoint http://127.0.0.1:8080
            """)

    @Option(help: "The server of the store, such as http://127.0.0.1:8080.")
    var endpoint: Endpoint

    @Option(name: .customLong("store"), help: "The store on the server.")
    var store = "default"

    @OptionGroup var certificates: CertificateOptions

    @Argument(help: "The name of the procedure.")
    var name: String?

    @Argument(help: "Its argument, as JSON.")
    var argument: String?

    @Option(help: "Its version; the highest of the member unless given.")
    var version: Int?

    func validate() throws {
        try Arguments.expect("--version", atLeast: 1, found: version)
    }

    func run() async throws {
        try StoreName.validate(store)
        if let argument { _ = try Arguments.payload(json: argument) }
        let base = TargetText.base(of: store) + "/procedures"
        let client = ClusterClient(endpoint: try certificates.applied(to: endpoint))
        guard let name else {
            guard case .array(let procedures) = try await client.request(.GET, base) else {
                throw endpoint.malformedAnswer
            }
            for procedure in procedures { try StandardOutput.line(procedure.jsonText) }
            return
        }
        let query = version.map { [("version", String($0))] } ?? []
        let target = "\(base)/\(TargetText.escaped(name.utf8))\(TargetText.query(query))"
        let answer = try await client.request(.POST, target, body: argument ?? "")
        try StandardOutput.line(answer.jsonText)
    }
}
