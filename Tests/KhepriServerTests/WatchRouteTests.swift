import Foundation
import HTTPTypes
import Khepri
import Testing

@Suite("/v1/watch") struct WatchRouteTests {
    /// The events of a watch of so many changes.
    private func events(
        _ served: Served, _ query: String, _ headers: [String: String] = [:]
    ) async throws -> [String] {
        let answer = try await served.send(.get, "/v1/watch?\(query)", headers)
        #expect(answer.status == 200, "\(answer.body)")
        #expect(answer.headers[.contentType] == "text/event-stream")
        return answer.body.components(separatedBy: "\n\n").filter { !$0.isEmpty }
    }

    @Test func `changes come as they are made, with what was before`() async throws {
        let served = try await Served()
        let watch = Task { try await events(served, "pattern=/a/*&limit=4") }
        let store = try await served.host.store()
        while store.statistics.watcherCount == 0 { await Task.yield() }
        try await store.put(1, at: "/a/b")
        try await store.put(2, at: "/a/b")
        try await store.put(3, at: "/x")
        try await store.put(4, at: "/a/c", keepWhile: [.path("/x", .exists(true))])
        try await store.delete("/x")
        let first = store.local.revision.rawValue - 4
        let told = try await watch.value
        #expect(
            told == [
                "id: \(first)\ndata: {\"path\":\"/a/b\",\"change\":\"created\",\"value\":1,"
                    + "\"payloadVersion\":1,\"revision\":\(first)}",
                "id: \(first + 1)\ndata: {\"path\":\"/a/b\",\"change\":\"updated\",\"value\":2,"
                    + "\"oldValue\":1,\"payloadVersion\":2,\"revision\":\(first + 1)}",
                "id: \(first + 3)\ndata: {\"path\":\"/a/c\",\"change\":\"created\",\"value\":4,"
                    + "\"payloadVersion\":1,\"revision\":\(first + 3)}",
                "id: \(first + 4)\ndata: {\"path\":\"/a/c\",\"change\":\"deleted\",\"oldValue\":4,"
                    + "\"reason\":\"keepWhile\",\"revision\":\(first + 4)}",
            ])
    }

    @Test func `a client goes on behind the last event it saw, and misses nothing`() async throws {
        let served = try await Served()
        let store = try await served.host.store()
        try await store.put(0, at: "/n/0")
        var last = store.local.revision.rawValue
        try await store.batch { batch in
            for number in 1...3 { try batch.put(number, at: "/n/\(number)") }
        }
        try await store.put(4, at: "/n/4")
        var seen: [String] = []
        // The first connection breaks inside a command; the browser sends the last ID that it got.
        for limit in [2, 4] {
            let some = try await events(
                served, "pattern=/n/*&since=0&limit=\(limit)", ["Last-Event-ID": "\(last)"])
            for event in some {
                let lines = event.split(separator: "\n")
                if lines[0].hasPrefix("id: ") { last = UInt64(lines[0].dropFirst(4)) ?? 0 }
                seen.append(String(lines[lines.count - 1]))
            }
        }
        #expect(seen.count == 6)
        #expect(Set(seen).count == 4)
        #expect(last == store.local.revision.rawValue)
    }

    @Test func `a closed store ends the answer`() async throws {
        let served = try await Served()
        let store = try await served.host.store()
        try await store.put(1, at: "/a")
        let watch = Task { try await events(served, "since=current") }
        while store.statistics.watcherCount == 0 { await Task.yield() }
        try await served.host.close()
        #expect(try await watch.value.count <= 1)
    }

    @Test(arguments: [
        ("since=yesterday", 400, "invalidRequest"), ("since=-1", 400, "invalidRequest"),
        ("since=99999", 400, "invalidOperation"), ("limit=0", 400, "invalidRequest"),
        ("pattern=a", 400, "invalidPath"), ("pattern=//", 400, "invalidPath"),
        ("patern=/a", 400, "invalidRequest"),
    ])
    func `a malformed request is refused before anything is told`(
        query: String, status: Int, code: String
    ) async throws {
        let served = try await Served(timeout: .milliseconds(50))
        let answer = try await served.send(.get, "/v1/watch?\(query)")
        #expect(answer.status == status)
        #expect(answer.code == code)
    }

    @Test func `what is no longer kept is gone`() async throws {
        let served = try await Served()
        let store = try await served.host.store()
        for _ in 0..<8 {
            try await store.batch { batch in
                for number in 0..<10_000 {
                    try batch.put(Int.random(in: 0...9), at: "/m/\(number)")
                }
            }
        }
        let answer = try await served.send(.get, "/v1/watch?since=1")
        #expect(answer.status == 410)
        #expect(answer.code == "compacted")
    }
}
