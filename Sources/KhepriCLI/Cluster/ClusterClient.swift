import CBOR
import Foundation
import Khepri
import KhepriTree
import NIOHTTP1

/// The routes of a cluster, asked of one of its members.
struct ClusterClient {
    /// How long a host tries to be added.
    static let patience = Duration.seconds(60)
    /// The pause between attempts.
    static let pause = Duration.milliseconds(200)
    /// How many members it lets itself be sent on to.
    static let redirectionsMaximum = 8

    let endpoint: Endpoint
    /// How long a member may say nothing while a request waits.
    var silenceMaximum = HTTPConnection.silenceMaximum

    /// The route of one member.
    static func target(_ name: String) throws -> String {
        guard !name.isEmpty else { throw ProgramExit(.usage, "expected the name of a member") }
        return "/v1/cluster/members/" + TargetText.escaped(name.utf8)
    }

    /// How the member stands.
    func status() async throws -> JSONValue { try await request(.GET, "/v1/cluster") }

    /// Asks a member what a host must know.
    func invitation() async throws -> Cluster.Invitation {
        let json = try await request(.GET, "/v1/cluster")
        guard case .string(let cluster)? = json["cluster"],
            case .object(let members)? = json["stores"]
        else { throw endpoint.malformedAnswer }
        var stores: [String: String] = [:]
        for member in members {
            guard case .string(let identifier) = member.value else {
                throw endpoint.malformedAnswer
            }
            stores[member.key.string] = identifier.string
        }
        return Cluster.Invitation(cluster: cluster.string, stores: stores)
    }

    /// Asks to be added, until it is so; tries again while the cluster has no leader or is busy.
    func add(_ joining: Cluster.JoinRequest, isLearner: Bool = false) async throws {
        var printer = JSONPrinter()
        printer.beginObject()
        printer.writeMember("id", joining.id)
        printer.writeMember("name", joining.name)
        printer.writeMember("peerAddress", joining.peerAddress)
        if let endpoint = joining.endpoint { printer.writeMember("endpoint", endpoint) }
        if let former = joining.replaces { printer.writeMember("replaces", former) }
        if isLearner { printer.writeMember("learner", true) }
        printer.endObject()
        let body = printer.finish()
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do {
                _ = try await request(.POST, "/v1/cluster/members", body: body)
                return
            } catch let error as StoreError where Self.mayPass(error) {
                guard ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    private static func mayPass(_ error: StoreError) -> Bool {
        [.noQuorum, .notLeader, .timeout, .overloaded].contains(error.code)
    }

    /// Sends a request, and follows the members that send it on.
    ///
    /// - Returns: The body of the answer.
    func request(
        _ method: HTTPMethod, _ target: String, body: String = ""
    ) async throws -> JSONValue {
        try endpoint.json(of: try await reply(method, target, body: body))
    }

    /// Sends a request, and follows the members that send it on.
    func reply(
        _ method: HTTPMethod, _ target: String, body: String = ""
    ) async throws -> HTTPReply {
        var place = endpoint
        for _ in 0..<Self.redirectionsMaximum {
            let connection = try await HTTPConnection(to: place, silenceMaximum: silenceMaximum)
            let reply: HTTPReply
            do {
                reply = try await connection.send(method, target, body: body)
            } catch {
                throw place.lostRead
            }
            await connection.close()
            guard reply.status == 307 else { return reply }
            guard let next = reply.location.flatMap(place.redirected) else {
                throw place.malformedAnswer
            }
            place = next
        }
        throw ProgramExit(.unreachable, "the members of \(endpoint) send each other on")
    }
}
