import HTTPTypes
import Khepri
import Testing

@Suite("/metrics, /livez and /readyz") struct ObservationTests {
    @Test func `metrics are lines of name and number, each announced before`() async throws {
        let served = try await Served()
        _ = try await served.send(.put, "/v1/nodes/a", body: "1")
        _ = try await served.send(.get, "/v1/nodes/b")
        _ = try await served.send(.put, "/v1/stores/shop")
        let answer = try await served.send(.get, "/metrics")
        #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        var announced: Set<Substring> = []
        for line in answer.body.split(separator: "\n") {
            if line.hasPrefix("#") {
                announced.insert(line.split(separator: " ")[2])
                continue
            }
            let parts = line.split(separator: " ")
            #expect(parts.count == 2 && Double(parts[1]) != nil, "\(line)")
            #expect(announced.contains(parts[0].split(separator: "{")[0]), "\(line)")
        }
        #expect(answer.body.contains("khepri_nodes{store=\"default\"} 2\n"))
        #expect(answer.body.contains("khepri_nodes{store=\"shop\"} 1\n"))
        #expect(answer.body.contains("khepri_http_responses_total{status=\"4xx\"} 1\n"))
        #expect(answer.body.contains("khepri_http_responses_total{status=\"2xx\"} 2\n"))
    }

    @Test func `a server whose store is closed is alive and not ready, and says why`() async throws
    {
        let served = try await Served()
        _ = try await served.host.store()
        #expect(try await served.send(.get, "/readyz").body == "ready\n")
        try await served.host.close()
        #expect(try await served.send(.get, "/livez").status == 200)
        let ready = try await served.send(.get, "/readyz")
        #expect(ready.status == 503)
        #expect(ready.body.hasPrefix("not ready: store default: closed"))
    }
}
