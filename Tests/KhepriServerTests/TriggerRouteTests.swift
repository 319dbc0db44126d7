import CBOR
import HTTPTypes
import Khepri
import Testing

/// The triggers of a store over HTTP.
@Suite("Triggers over HTTP") struct TriggerRouteTests {
    private struct Broken: Error {}

    /// A server whose store has a trigger that parked one change.
    private static func served() async throws -> (Served, revision: UInt64) {
        let served = try await Served()
        let store = try await served.host.store()
        try await store.register(
            Trigger(
                "t", matching: "/a/*", on: [.created, .deleted], priority: 3,
                attempts: .init(maximum: 1)
            ) { _ in throw Broken() })
        let revision = try await store.put(1, at: "/a/x").revision.rawValue
        var changes = store.changes(matching: "/.khepri/triggers/t/*").makeAsyncIterator()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.runTriggers() }
            _ = try await changes.next()
            group.cancelAll()
            try await group.waitForAll()
        }
        return (served, revision)
    }

    @Test func `triggers are listed with what is parked`() async throws {
        let (served, revision) = try await Self.served()
        let answer = try await served.send(.get, "/v1/triggers")
        #expect(answer.status == 200)
        for part in [
            #""name":"t","pattern":"/a/*","changes":["created","deleted"],"priority":3"#,
            #""lag":0,"parked":[{"id":"\#(revision)-0","path":"/a/x","change":"created""#,
            #""revision":\#(revision),"failures":1,"failure":"Broken()","isDue":false}]"#,
        ] {
            #expect(answer.body.contains(part), "\(answer.body)")
        }
        #expect(answer.revision.map { $0 > revision } == true)
    }

    @Test func `a parked change is tried again or discarded, and a trigger removed`()
        async throws
    {
        let (served, revision) = try await Self.served()
        let target = "/v1/stores/default/triggers/t"
        var answer = try await served.send(.post, "\(target)/\(revision)-0")
        #expect(answer.status == 200)
        #expect(answer.body.contains(#""isDue":true"#), "\(answer.body)")
        answer = try await served.send(.delete, "\(target)/\(revision)-0")
        #expect(answer.body.contains(#""parked":[]"#), "\(answer.body)")
        answer = try await served.send(.delete, "\(target)/\(revision)-0")
        #expect((answer.status, answer.code) == (404, "nodeNotFound"))
        answer = try await served.send(.delete, target)
        #expect(answer.body == #"{"triggers":[]}"#)
        answer = try await served.send(.delete, target)
        #expect((answer.status, answer.code) == (404, "nodeNotFound"))
    }

    @Test(arguments: [
        (HTTPRequest.Method.post, "/v1/triggers", 405), (.get, "/v1/triggers/t", 405),
        (.get, "/v1/triggers/t/1-0", 405), (.post, "/v1/triggers/t/x", 400),
        (.post, "/v1/triggers/%2F/1-0", 400), (.delete, "/v1/triggers/", 400),
        (.post, "/v1/triggers/t/1-0/2", 404), (.get, "/v1/triggers?limit=1", 400),
        (.post, "/v1/triggers/t/1-0", 404), (.get, "/v1/stores/none/triggers", 404),
    ])
    func `a mistake is answered by its status`(
        method: HTTPRequest.Method, target: String, status: Int
    ) async throws {
        let answer = try await Served().send(method, target)
        #expect(answer.status == status, "\(answer.body)")
    }
}
