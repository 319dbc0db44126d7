import HTTPTypes
import Khepri
import Testing

@testable import KhepriServer

@Suite("Bad requests") struct BadRequestTests {
    @Test(arguments: [
        "/v1/nodes/%", "/v1/nodes/%2", "/v1/nodes/%zz", "/v1/nodes/a//b", "/v1/nodes/*",
        "/v1/nodes/a*", "/v1/nodes/%ff", "/v1/nodes/%C3", "/v1/nodes/" + name(256),
        "/v1/nodes" + String(repeating: "/a", count: 65),
    ])
    func `a malformed path is refused on every method`(target: String) async throws {
        let served = try await Served()
        for method in [HTTPRequest.Method.get, .put, .delete] {
            let answer = try await served.send(method, target, body: "1")
            #expect(answer.status == 400)
            #expect(answer.code == "invalidPath")
        }
        #expect(try await served.host.store().view.count(matching: "/**") == 0)
    }

    @Test func `names of 255 bytes and paths of 64 components are taken`() async throws {
        let served = try await Served()
        for target in ["/" + Self.name(255), String(repeating: "/a", count: 64)] {
            #expect(try await served.send(.put, "/v1/nodes" + target, body: "1").status == 200)
            #expect(try await served.send(.get, "/v1/nodes" + target).status == 200)
        }
    }

    @Test(arguments: [
        "", "/", "/v1", "/v1/", "/v2/nodes/a", "/v1/node/a", "/v1/nodesa", "v1/nodes/a", "*",
        "/v1/stores/default", "/v1/stores/default/", "/v1/stores/default/x", "/v1/Nodes/a",
        "http://localhost/v1/nodes/a", "/v1/%6Eodes/a",
    ])
    func `what is no resource is not found`(target: String) async throws {
        let served = try await Served()
        let answer = try await served.send(.get, target)
        let isStore = target == "/v1/stores/default"
        #expect(answer.status == (isStore ? 200 : 404))
        #expect(answer.code == (isStore ? "none" : "notFound"))
    }

    @Test(arguments: [
        ("/v1/nodes/a", "POST"), ("/v1/nodes/a", "PATCH"), ("/v1/nodes", "PUT"),
        ("/v1/ops", "GET"), ("/v1/export", "POST"), ("/metrics", "POST"), ("/livez", "DELETE"),
        ("/v1/stores", "POST"), ("/v1/stores/default", "POST"),
    ])
    func `other methods are refused`(target: String, method: String) async throws {
        let served = try await Served()
        let answer = try await served.send(HTTPRequest.Method(method)!, target)
        #expect(answer.status == 405)
        #expect(answer.code == "methodNotAllowed")
    }

    @Test func `values and bodies over the limit are refused with 413`() async throws {
        let served = try await Served(valueBytesMaximum: 64)
        let text = { (count: Int) in "\"" + String(repeating: "a", count: count) + "\"" }
        #expect(try await served.send(.put, "/v1/nodes/a", body: text(62)).status == 200)
        let large = try await served.send(.put, "/v1/nodes/a", body: text(63))
        #expect(large.status == 413)
        #expect(large.code == "tooLarge")
        let limit = StoreResponder.bodyBytesMaximum
        let spaces = [UInt8](repeating: 0x20, count: limit)
        let full = try await served.send(.put, "/v1/nodes/a", bytes: spaces.dropLast() + [0x31])
        #expect(full.status == 200)
        let body = try await served.send(.put, "/v1/nodes/a", bytes: spaces + [0x31])
        #expect(body.status == 413)
        let announced = try await served.send(
            .put, "/v1/nodes/a", ["Content-Length": "\(limit + 1)"], body: "1")
        #expect(announced.status == 413)
        #expect(try await served.send(.get, "/v1/nodes/a?form=value").body == "1")
    }

    @Test func `a body that is not UTF-8 is refused`() async throws {
        let served = try await Served()
        #expect(
            try await served.send(.put, "/v1/nodes/a", bytes: [0x22, 0xFF, 0x22]).status == 400)
        #expect(try await served.send(.post, "/v1/ops", bytes: [0xFF]).status == 400)
    }

    @Test func `a store that is not there is never made by the way`() async throws {
        let served = try await Served()
        for (method, target) in [
            (HTTPRequest.Method.get, "/nodes/a"), (.put, "/nodes/a"), (.post, "/ops"), (.get, ""),
            (.get, "/nodes"), (.get, "/export"), (.get, "/backup"),
        ] {
            let answer = try await served.send(method, "/v1/stores/shop" + target, body: "1")
            #expect(answer.status == 404)
            #expect(answer.code == "notFound")
        }
        for name in ["a%20b", "", Self.name(65), "é"] {
            let answer = try await served.send(.put, "/v1/stores/" + name)
            #expect(answer.status == 400, "\(name)")
        }
        #expect(served.host.storeNames.isEmpty || served.host.storeNames == ["default"])
        #expect(try await served.send(.put, "/v1/stores/shop").status == 201)
        #expect(try await served.send(.put, "/v1/stores/shop").status == 200)
        let put = try await served.send(.put, "/v1/stores/shop/nodes/a", body: "1")
        #expect(put.status == 200)
        #expect(try await served.send(.get, "/v1/stores/shop/nodes/a").status == 200)
        #expect(try await served.send(.get, "/v1/nodes/a").status == 404)
        #expect(try await served.send(.get, "/v1/stores").body.contains("\"shop\""))
    }

    @Test(arguments: [
        "evil.com", "evil.com:8080", "localhost.evil.com", "127.0.0.1.evil.com", "", "1.2.3.4.5",
        "256.0.0.1", "khepri.example",
    ])
    func `a name that is not ours is refused in host`(name: String) async throws {
        let served = try await Served(names: ["Shop.example"])
        let answer = try await served.send(.get, "/livez", host: name)
        #expect(answer.status == 403)
        #expect(answer.code == "forbidden")
    }

    @Test func `requests without a host are refused`() async throws {
        #expect(try await Served().send(.get, "/livez", host: nil).status == 403)
    }

    @Test(arguments: [
        "localhost", "LOCALHOST:1", "127.0.0.1:8080", "10.0.0.1", "[::1]:8080", "[::1]",
        "shop.example:80",
    ])
    func `addresses, localhost and names that were allowed are ours`(name: String) async throws {
        let served = try await Served(names: ["Shop.example"])
        #expect(try await served.send(.get, "/livez", host: name).status == 200)
        let own = ["Origin": "http://" + name]
        #expect(
            try await served.send(.put, "/v1/nodes/a", own, body: "1", host: name).status == 200)
        for origin in ["http://evil.com", "null", "http://\(name).evil.com", "ftp://" + name] {
            let foreign = ["Origin": origin]
            let put = try await served.send(.put, "/v1/nodes/a", foreign, body: "2", host: name)
            #expect(put.status == 403)
        }
        let value = try await served.send(.get, "/v1/nodes/a?form=value", host: name)
        #expect(value.body == "1")
    }

    static func name(_ count: Int) -> String { String(repeating: "n", count: count) }
}
