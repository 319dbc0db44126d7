import ArgumentParser
import CBOR
import Foundation
import Khepri

struct ClusterEventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print what happens to a member: leaders, quorum, members, its disk.",
        discussion: """
            Begins with how the member stands, and goes on by itself after a lost connection, until it \
            is interrupted. What happens while there is no connection is not told; the next line says how \
            the member stands then.

            EXAMPLES
              khepri cluster events --endpoint http://127.0.0.1:8081
              khepri cluster events --endpoint http://127.0.0.1:8081 --jsonl
            """)

    @OptionGroup var options: ClusterOptions

    @Option(help: "End after so many events.")
    var limit: Int?

    @Flag(help: "Print each event as a line of JSON.")
    var jsonl = false

    func validate() throws {
        try Arguments.expect("--limit", atLeast: 1, found: limit)
    }

    func run() async throws {
        let endpoint = try options.certificates.applied(to: options.endpoint)
        var events = RemoteEvents.ofCluster(at: endpoint)
        var left = limit ?? .max
        try await events.run { _ in
            StandardStreams.note("khepri: the connection to \(endpoint) was lost; connecting again")
        } _: { line in
            try StandardOutput.line(jsonl ? line : try Self.text(of: line, endpoint))
            // Whoever reads wants it now.
            try StandardOutput.flush()
            left -= 1
            return left > 0
        }
    }

    /// For people: when it was heard, and what happened.
    private static func text(of line: String, _ endpoint: Endpoint) throws -> String {
        guard case .object(let members)? = try? JSONParser.value(of: line) else {
            throw endpoint.malformedAnswer
        }
        let words = members.map { member in
            let (name, value) = (member.key.string, member.value.words)
            return name == "event" ? value : "\(name)=\(value)"
        }
        let time = Date.now.formatted(.iso8601)
        return ([time] + words).joined(separator: " ")
    }
}

extension JSONValue {
    /// Members by name and role, and everything else as people read it.
    fileprivate var words: String {
        guard case .array(let members) = self else { return plainText ?? jsonText }
        return members.map { member in
            ["name", "role"].map { member[$0]?.plainText ?? "?" }.joined(separator: ":")
        }.joined(separator: ",")
    }
}
