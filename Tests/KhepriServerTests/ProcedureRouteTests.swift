import Foundation
import HTTPTypes
import Khepri
import Testing

@Suite("/v1/procedures") struct ProcedureRouteTests {
    private func served() async throws -> Served {
        let served = try await Served()
        let store = try await served.host.store()
        for version in 1...2 {
            store.register(
                try Procedure("add", version: version) { (transaction, step: Int?) in
                    let sum = try transaction.get("/sum", as: Int.self) ?? 0
                    try transaction.put(sum + (step ?? 1) * version, at: "/sum")
                    return ["sum": sum + (step ?? 1) * version]
                })
        }
        return served
    }

    @Test func `a procedure is called with the body, and its answer is the body`() async throws {
        let served = try await served()
        let first = try await served.send(.post, "/v1/procedures/add?version=1", body: "5")
        #expect(first.status == 200)
        #expect(first.body == #"{"sum":5}"#)
        let second = try await served.send(.post, "/v1/procedures/add")
        #expect(second.body == #"{"sum":7}"#, "the highest version, without an argument")
        let store = try await served.host.store()
        #expect(second.revision == store.local.revision.rawValue)
    }

    @Test func `they are listed with their versions`() async throws {
        let answer = try await served().send(.get, "/v1/procedures")
        #expect(answer.body == #"[{"name":"add","versions":[1,2]}]"#)
        let other = try await served().send(.get, "/v1/stores/none/procedures")
        #expect(other.status == 404)
    }

    @Test(arguments: [
        ("/v1/procedures/buy", "5", 404, "procedureNotFound"),
        ("/v1/procedures/add?version=3", "5", 404, "procedureNotFound"),
        ("/v1/procedures/add?version=0", "5", 400, "invalidRequest"),
        ("/v1/procedures/add?sort=1", "5", 400, "invalidRequest"),
        ("/v1/procedures/add", "\"x\"", 400, "valueCoding"),
        ("/v1/procedures/add", "{", 400, "valueCoding"),
        ("/v1/procedures/a/b", "5", 400, "invalidRequest"),
    ])
    func `a mistake is answered by its rule, and changes nothing`(
        target: String, body: String, status: Int, code: String
    ) async throws {
        let served = try await served()
        let answer = try await served.send(.post, target, body: body)
        #expect(answer.status == status, "\(answer.body)")
        #expect(answer.code == code, "\(answer.body)")
        #expect(try await served.host.store().exists("/sum") == false)
        #expect(try await served.send(.get, target).status == 405)
    }
}
