import Foundation
import HTTPTypes
import Khepri
import Testing

@Suite("/v1/backup") struct BackupRouteTests {
    @Test func `the answer is a backup of the store at the revision it names`() async throws {
        let served = try await Served()
        let store = try await served.host.store("yard")
        for number in 0..<500 { try await store.put(number, at: "/n/\("\(number)")") }
        let answer = try await served.send(.get, "/v1/stores/yard/backup")
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "application/octet-stream")
        let file = FileManager.default.temporaryDirectory
            .appending(path: "khepri-backup-\(UUID().uuidString)")
        try Data(answer.bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let state = try StoredState(reading: file.path)
        #expect(state.store == "yard")
        #expect(state.view.revision.rawValue == answer.revision)
        #expect(state.view.count(matching: "/n/*") == 500)
    }

    @Test func `it is as fresh as asked, and nothing else can be asked`() async throws {
        let served = try await Served(timeout: .milliseconds(50))
        #expect(try await served.send(.get, "/v1/backup?consistency=linearizable").status == 200)
        #expect(try await served.send(.get, "/v1/backup?at-least=1000").status == 503)
        #expect(try await served.send(.get, "/v1/backup?path=/a").status == 400)
        #expect(try await served.send(.post, "/v1/backup").status == 405)
        #expect(try await served.send(.get, "/v1/stores/none/backup").status == 404)
        let head = try await served.send(.head, "/v1/backup")
        #expect(head.status == 200 && head.bytes.isEmpty)
    }
}
