import Foundation
import HTTPTypes
import Khepri
import Testing

/// The routes of members on a server that has none but itself.
@Suite("Members over HTTP") struct ClusterRouteTests {
    @Test func `a member alone leads itself`() async throws {
        let served = try await Served()
        let answer = try await served.send(.get, "/v1/cluster")
        #expect(answer.status == 200)
        for part in [#""leader":"member 1""#, #""isLeader":true"#, #""role":"voter""#] {
            #expect(answer.body.contains(part), "\(answer.body)")
        }
    }

    @Test(arguments: [
        ("POST", "/v1/cluster/members", "", "expected a string id"),
        ("POST", "/v1/cluster/members", "[]", "expected a JSON object"),
        ("POST", "/v1/cluster/members", #"{"id":1}"#, "expected a string as id"),
        ("POST", "/v1/cluster/members", #"{"sort":1}"#, "found sort"),
        (
            "POST", "/v1/cluster/members", #"{"id":"x","name":"n2","peerAddress":"h:1"}"#,
            "expected the identifier of a member, found x"
        ),
        (
            "POST", "/v1/cluster/members", #"{"id":"x","name":"no/name","peerAddress":"h:1"}"#,
            "expected a store name"
        ),
        ("PUT", "/v1/cluster/members/n9", #"{"priority":1}"#, "there is no member n9"),
        ("PUT", "/v1/cluster/members/n9", #"{"priority":1.5}"#, "expected a whole number"),
        ("PUT", "/v1/cluster/members/n9", #"{"priority":99999999999}"#, "a whole number"),
        ("PUT", "/v1/cluster/members/n9", #"{"promote":1}"#, "expected true or false"),
        ("DELETE", "/v1/cluster/members/member%201", "", "the members cannot be changed"),
        ("DELETE", "/v1/cluster/members/a/b", "", "expected one name"),
        ("POST", "/v1/cluster/leader", #"{"to":"n9"}"#, "there is no member n9"),
        ("POST", "/v1/cluster/leader", "{", "expected a name"),
    ])
    func `a mistake is answered by 400 and the rule`(
        method: String, target: String, body: String, message: String
    ) async throws {
        let served = try await Served()
        let answer = try await served.send(
            HTTPRequest.Method(method)!, target, body: body)
        #expect(answer.status == 400, "\(answer.body)")
        #expect(answer.body.contains(message), "\(answer.body)")
    }

    @Test(arguments: [
        ("/v1/cluster/events?limit=0", 400), ("/v1/cluster/events?since=1", 400),
    ])
    func `a mistake about events is answered by the rule`(target: String, status: Int) async throws
    {
        let served = try await Served()
        #expect(try await served.send(.get, target).status == status)
    }

    @Test(arguments: [
        ("PATCH", "/v1/cluster/members/x"), ("GET", "/v1/cluster/leader"),
        ("POST", "/v1/cluster/events"),
    ])
    func `another method is refused`(method: String, target: String) async throws {
        let served = try await Served()
        let answer = try await served.send(HTTPRequest.Method(method)!, target)
        #expect(answer.status == 405)
    }

    @Test func `the last voter stays`() async throws {
        let served = try await Served()
        let id = try await served.host.store().cluster.members[0].id
        let answer = try await served.send(.delete, "/v1/cluster/members/\(id)")
        #expect(answer.status == 400, "\(answer.body)")
    }
}
