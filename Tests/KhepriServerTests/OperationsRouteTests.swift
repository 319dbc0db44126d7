import CBOR
import HTTPTypes
import Khepri
import KhepriTree
import Testing

@testable import KhepriServer

@Suite("/v1/ops") struct OperationsRouteTests {
    @Test func `an array runs in order, goes on after an error, and reads see what is before`()
        async throws
    {
        let served = try await Served()
        let answer = try await served.send(
            .post, "/v1/ops",
            body: """
                [{"op":"put","path":"/a","value":1},{"op":"get","path":"/a"},
                 {"op":"create","path":"/a","value":2},{"op":"fly"},7,{"op":"reset"},
                 {"op":"delete","path":"/a"},{"op":"exists","path":"/a"}]
                """)
        #expect(answer.status == 200)
        let revision = try #require(answer.revision)
        let lines = answer.body.dropFirst().dropLast().replacing("},{", with: "}\n{")
            .split(separator: "\n")
        try #require(lines.count == 8, "\(answer.body)")
        #expect(
            lines[0] == #"{"nodes":[["/a",{"payloadVersion":1}]],"revision":\#(revision - 2)}"#)
        #expect(
            lines[1]
                == #"{"nodes":[["/a",{"value":1,"payloadVersion":1}]],"revision":\#(revision - 2)}"#
        )
        #expect(lines[2].contains(#""code":"mismatchingNode""#))
        #expect(lines[2].hasSuffix(#""revision":\#(revision - 1)}"#))
        for index in 3...5 { #expect(lines[index].contains(#""code":"invalidOperation""#)) }
        #expect(lines[6].hasSuffix(#""revision":\#(revision)}"#))
        #expect(lines[7] == #"{"bool":false,"revision":\#(revision)}"#)
    }

    @Test func `one operation is answered by its result`() async throws {
        let served = try await Served()
        let put = try await served.send(
            .post, "/v1/ops", body: #"{"op":"put","path":"/a","value":1}"#)
        let revision = try #require(put.revision)
        #expect(put.body == #"{"nodes":[["/a",{"payloadVersion":1}]],"revision":\#(revision)}"#)
        let count = try await served.send(
            .post, "/v1/ops?consistency=local", body: #"{"op":"count","path":"/**"}"#)
        #expect(count.body == #"{"count":1,"revision":\#(revision)}"#)
        let bad = try await served.send(
            .post, "/v1/ops", body: #"{"op":"put","path":"/a//b","value":1}"#)
        #expect(bad.status == 200)
        #expect(bad.code == "invalidPath")
    }

    @Test func `a transaction is atomic`() async throws {
        let served = try await Served()
        let answer = try await served.send(
            .post, "/v1/ops",
            body: #"""
                {"op":"transaction","ops":[{"op":"put","path":"/a","value":1},
                {"op":"create","path":"/a","value":2},{"op":"abortIfError","reason":"taken"}]}
                """#)
        #expect(answer.body.contains(#""aborted":"taken""#), "\(answer.body)")
        #expect(try await served.send(.get, "/v1/nodes/a").status == 404)
    }

    @Test func `more than 10,000 operations are refused, so many are not`() async throws {
        let served = try await Served()
        let operations = { (count: Int) in
            let all = (0..<count).map { #"{"op":"put","path":"/n/\#($0)","value":0,"return":[]}"# }
            return "[" + all.joined(separator: ",") + "]"
        }
        let most = try await served.send(.post, "/v1/ops", body: operations(10_000))
        #expect(most.status == 200)
        #expect(try await served.host.store().view.count(matching: "/n/*") == 10_000)
        let more = try await served.send(.post, "/v1/ops", body: operations(10_001))
        #expect(more.status == 413)
        #expect(try await served.send(.post, "/v1/ops", body: "[]").body == "[]")
    }

    @Test(arguments: [OperationError.Code.resultUnavailable, .sessionExpired])
    func `a write that was sent on twice is said to have been applied, maybe`(
        code: OperationError.Code
    ) {
        let answer = OperationAnswer(
            .error(OperationError(code, "applied before")), at: Revision(7))
        var printer = JSONPrinter()
        answer.write(to: &printer)
        let text = printer.finish()
        #expect(text.contains(#""mayHaveBeenApplied":true"#), "\(text)")
    }

    @Test func `a value over the limit is refused, and what follows goes on`() async throws {
        let served = try await Served(valueBytesMaximum: 16)
        let answer = try await served.send(
            .post, "/v1/ops",
            body: """
                [{"op":"put","path":"/a","value":"0123456789abcdef"},
                 {"op":"put","path":"/b","value":1}]
                """)
        #expect(answer.status == 200)
        #expect(answer.body.contains(#""code":"invalidOperation""#))
        #expect(try await served.send(.get, "/v1/nodes/a").status == 404)
        #expect(try await served.send(.get, "/v1/nodes/b").status == 200)
    }

    @Test func `what the store cannot do is an error of the request`() async throws {
        let served = try await Served()
        _ = try await served.host.store()
        try await served.host.close()
        let put = try await served.send(.put, "/v1/nodes/a", body: "1")
        #expect(put.status == 503)
        #expect(put.code == "closed")
        let one = try await served.send(.post, "/v1/ops", body: #"{"op":"delete","path":"/a"}"#)
        #expect(one.status == 503)
    }
}
