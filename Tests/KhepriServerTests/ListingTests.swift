import HTTPTypes
import CBOR
import Khepri
import Testing

@testable import KhepriServer

@Suite("/v1/nodes and /v1/export") struct ListingTests {
    @Test func `pages follow each other without a gap`() async throws {
        let served = try await Served()
        let store = try await served.host.store()
        for number in 100..<125 { try await store.put(number, at: "/n/\(number)") }
        var seen: [String] = []
        var query = "?pattern=/n/*&limit=10"
        var pages = 0
        while true {
            let answer = try await served.send(.get, "/v1/nodes" + query)
            #expect(answer.status == 200)
            let page = try JSONParser.value(of: answer.body)
            guard case .array(let nodes)? = page["nodes"] else { break }
            seen += try nodes.compactMap { try ShownNode(json: $0)?.path.description }
            pages += 1
            guard case .string(let after)? = page["after"] else { break }
            query = "?pattern=/n/*&limit=10&after=\(after.string)"
        }
        #expect(pages == 3)
        #expect(seen == (100..<125).map { "/n/\($0)" })
    }

    @Test func `a full last page says that nothing follows`() async throws {
        let served = try await Served()
        _ = try await served.send(.put, "/v1/nodes/a", body: "1")
        let page = try await served.send(.get, "/v1/nodes?limit=1")
        #expect(!page.body.contains("after"))
        #expect(try await served.send(.get, "/v1/nodes?pattern=/x/**").body == #"{"nodes":[]}"#)
    }

    @Test func `a page of large values ends early`() async throws {
        let served = try await Served()
        let store = try await served.host.store()
        let value = String(repeating: "x", count: 1_000_000)
        for number in 0..<8 { try await store.put(value, at: "/n/\(number)") }
        let page = try await served.send(.get, "/v1/nodes?pattern=/n/*")
        #expect(page.body.contains(#""after":"/n/4""#))
        #expect(page.body.utf8.count < 6_000_000)
    }

    @Test(arguments: [
        ("pattern=n", "invalidPath"), ("pattern=/%2", "invalidRequest"),
        ("pattern=/%252", "invalidPath"), ("after=x", "invalidPath"), ("after=/*", "invalidPath"),
        ("limit=0", "invalidRequest"), ("limit=10001", "invalidRequest"),
        ("limit=-1", "invalidRequest"), ("limit=", "invalidRequest"), ("x=1", "invalidRequest"),
        ("pattern=%ff", "invalidRequest"), ("pattern=/a&pattern=/b", "invalidRequest"),
    ])
    func `a malformed query is refused`(query: String, code: String) async throws {
        let answer = try await Served().send(.get, "/v1/nodes?" + query)
        #expect(answer.status == 400)
        #expect(answer.code == code)
    }

    @Test func `patterns are decoded as a query first, and then as a pattern`() async throws {
        let served = try await Served()
        let store = try await served.host.store()
        for name in ["a b", "a+b", "*", "ab"] { try await store.put(1, at: "/\(name)") }
        for (pattern, paths) in [
            ("/a+b", ["/a b"]), ("/a%20b", ["/a b"]), ("/a%2Bb", ["/a+b"]), ("/%252A", ["/%2A"]),
            ("/a*", ["/a b", "/a+b", "/ab"]),
        ] {
            let answer = try await served.send(.get, "/v1/nodes?pattern=" + pattern)
            let nodes = paths.map { "\"path\":\"\($0)\"" }
            #expect(nodes.allSatisfy(answer.body.contains), "\(pattern)")
            #expect(answer.body.split(separator: "\"path\"").count == paths.count + 1)
        }
    }

    @Test func `an export rebuilds what was there`() async throws {
        let served = try await Served()
        let store = try await served.host.store()
        for number in 0..<2_500 { try await store.put(number, at: "/n/\(number)") }
        try await store.put(1, at: "/tied", keepWhile: [.path("/n", .exists(true))])
        let export = try await served.send(.get, "/v1/export")
        let lines = export.body.split(separator: "\n")
        #expect(lines.first == #"{"format":"khepri-ops/1","operations":2502}"#)
        let other = try await Served()
        for chunk in stride(from: 1, to: lines.count, by: 1_000) {
            let part = lines[chunk..<min(chunk + 1_000, lines.count)].joined(separator: ",")
            #expect(try await other.send(.post, "/v1/ops", body: "[\(part)]").status == 200)
        }
        #expect(try await other.send(.get, "/v1/export").body == export.body)
        let part = try await served.send(.get, "/v1/export?path=/n/7")
        #expect(part.body.split(separator: "\n").count == 2)
        #expect(try await served.send(.get, "/v1/export?path=/none").status == 404)
        #expect(try await served.send(.get, "/v1/export?path=none").status == 400)
    }

    @Test func `an export leaves out what leases keep, with what is below it`() async throws {
        let served = try await Served()
        let store = try await served.host.store()
        let lease = try await store.lease(timeToLive: .seconds(60))
        try await store.put(1, at: "/stays")
        try await store.put(2, at: "/workers/seven", keepWhile: [.lease(lease)])
        try await store.put(3, at: "/workers/seven/load")
        try await store.put(4, at: "/workers/seventeen")
        let lines = try await served.send(.get, "/v1/export").body.split(separator: "\n")
        let kept = [
            #"{"format":"khepri-ops/1","operations":2}"#,
            #"{"op":"put","path":"/stays","value":1}"#,
            #"{"op":"put","path":"/workers/seventeen","value":4}"#,
        ]
        #expect(lines.map(String.init) == kept)
        let top = try await served.send(.get, "/v1/export?path=/workers/seven").body
        #expect(top == "{\"format\":\"khepri-ops/1\",\"operations\":0}\n")
        let all = try await served.send(.get, "/v1/export?leased=true").body
        #expect(all.split(separator: "\n").count == 5 && !all.contains("keepWhile"))
        #expect(try await served.send(.get, "/v1/export?leased=yes").status == 400)
        try await lease.revoke()
    }
}
