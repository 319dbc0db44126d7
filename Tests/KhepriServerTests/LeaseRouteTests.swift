import CBOR
import Foundation
import HTTPTypes
import Khepri
import Testing

@Suite("/v1/leases") struct LeaseRouteTests {
    private static let request = #"{"timeToLiveMilliseconds":2000}"#

    /// Takes a lease of two seconds.
    private func grant(_ served: Served, from leases: String = "/v1/leases") async throws -> String
    {
        let answer = try await served.send(.post, leases, body: Self.request)
        #expect(answer.status == 201, "\(answer.body)")
        guard case .string(let id)? = try JSONParser.value(of: answer.body)["lease"] else {
            Issue.record("expected a lease, found \(answer.body)")
            return ""
        }
        return id.string
    }

    @Test func `a node is there while its lease is renewed, and goes when that stops`() async throws
    {
        let served = try await Served()
        let lease = try await grant(served)
        let put = try await served.send(.put, "/v1/nodes/workers/7?lease=\(lease)", body: "1")
        #expect(put.status == 200, "\(put.body)")
        for _ in 0..<15 {
            try await Task.sleep(for: .milliseconds(200))
            let renewed = try await served.send(.post, "/v1/leases/\(lease)")
            #expect(renewed.status == 200, "\(renewed.body)")
            #expect(renewed.body == #"{"lease":"\#(lease)"}"#)
        }
        #expect(try await served.send(.get, "/v1/nodes/workers/7").status == 200)
        let silence = ContinuousClock.now
        while try await served.send(.get, "/v1/nodes/workers/7").status == 200 {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(ContinuousClock.now - silence > .seconds(1), "no lease ends too early")
        let late = try await served.send(.post, "/v1/leases/\(lease)")
        #expect(late.status == 410 && late.code == "leaseEnded", "\(late.body)")
        let refused = try await served.send(.put, "/v1/nodes/a?lease=\(lease)", body: "1")
        #expect(refused.status == 409, "\(refused.body)")
        #expect(refused.body.contains("expected a lease that lives"), "\(refused.body)")
    }

    @Test func `a lease that is revoked takes its nodes with it at once`() async throws {
        let served = try await Served()
        _ = try await served.send(.put, "/v1/stores/shop")
        let lease = try await grant(served, from: "/v1/stores/shop/leases")
        let operation =
            #"{"op":"put","path":"/a","value":1,"keepWhile":[[{"lease":"\#(lease)"},{"exists":true}]]}"#
        let put = try await served.send(.post, "/v1/stores/shop/ops", body: operation)
        #expect(put.status == 200 && put.code == "none", "\(put.body)")
        for _ in 0..<2 {
            let revoked = try await served.send(.delete, "/v1/stores/shop/leases/\(lease)")
            #expect(revoked.status == 200, "\(revoked.body)")
            #expect(try await served.send(.get, "/v1/stores/shop/nodes/a").status == 404)
        }
    }

    @Test(arguments: [
        ("POST", "/v1/leases", "", 400, "invalidRequest"),
        ("POST", "/v1/leases", "{\"timeToLive\":5}", 400, "invalidRequest"),
        ("POST", "/v1/leases", "{\"timeToLiveMilliseconds\":999}", 400, "invalidOperation"),
        ("POST", "/v1/leases", "{\"timeToLiveMilliseconds\":86400001}", 400, "invalidOperation"),
        ("POST", "/v1/leases", "{\"timeToLiveMilliseconds\":\"5 s\"}", 400, "invalidRequest"),
        ("GET", "/v1/leases", "", 405, "methodNotAllowed"),
        ("POST", "/v1/leases/12", "", 400, "invalidRequest"),
        ("POST", "/v1/leases/00000000000000000000000000000001", "", 410, "leaseEnded"),
        ("PUT", "/v1/leases/00000000000000000000000000000001", "", 405, "methodNotAllowed"),
        ("PUT", "/v1/nodes/a?lease=12", "1", 400, "invalidRequest"),
        (
            "PUT", "/v1/nodes/a?lease=00000000000000000000000000000001", "1", 409,
            "keepWhileConditionFailed"
        ),
    ])
    func `a mistake is answered by its rule`(
        method: String, target: String, body: String, status: Int, code: String
    ) async throws {
        let served = try await Served()
        let method = try #require(HTTPRequest.Method(method))
        let answer = try await served.send(method, target, body: body)
        #expect(answer.status == status, "\(answer.body)")
        #expect(answer.code == code, "\(answer.body)")
        #expect(try await served.send(.get, "/v1/nodes/a").status == 404)
    }
}
