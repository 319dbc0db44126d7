import Foundation
import HTTPTypes
import Khepri
import Testing

@testable import KhepriServer

/// Tags of entities from before a loss.
@Suite("Tags of a former history") struct HistoryTests {
    /// Serves a store, makes its host the only member after a loss, and serves it again.
    private func withHistories(
        _ body: (_ former: Served.Answer, Served) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("khepri-histories-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let before = Served(try await StoreHost.open(at: directory))
        let answer = try await before.send(.put, "/v1/nodes/a", body: "1")
        try await before.host.close()
        try await TreeStore.recoverAsSingleMember(at: directory).close()
        let after = Served(try await StoreHost.open(at: directory))
        try await body(answer, after)
        try await after.host.close()
    }

    @Test func `a write that expects a state of the former history is refused by 412`() async throws
    {
        try await withHistories { former, served in
            let refused = try await served.send(
                .put, "/v1/nodes/a", ["If-Match": former.tag], body: "2")
            #expect(refused.status == 412)
            let removal = try await served.send(
                .delete, "/v1/nodes/a", ["If-Match": former.tag])
            #expect(removal.status == 412)
            let value = try await served.send(.get, "/v1/nodes/a")
            #expect(value.tag != former.tag)
            let accepted = try await served.send(
                .put, "/v1/nodes/a", ["If-Match": value.tag], body: "2")
            #expect(accepted.status == 200)
            #expect((accepted.revision ?? 0) >> 32 >= 1)
        }
    }

    @Test func `a reader that has a state of the former history is sent the present one`()
        async throws
    {
        try await withHistories { former, served in
            let answer = try await served.send(
                .get, "/v1/nodes/a", ["If-None-Match": former.tag])
            #expect(answer.status == 200)
        }
    }
}
