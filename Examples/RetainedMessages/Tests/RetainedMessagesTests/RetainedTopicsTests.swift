import Foundation
import Khepri
import Testing

@testable import RetainedMessages

@Suite("Retained messages") struct RetainedTopicsTests {
    private func message(_ topic: String, _ payload: String) throws -> RetainedMessage {
        RetainedMessage(topic: try Topic(topic), payload: Array(payload.utf8))
    }

    @Test func `the last message of a topic is kept`() async throws {
        let retained = RetainedTopics(try await TreeStore.inMemory())
        try await retained.retain([message("a", "1"), message("a/b", "2"), message("a", "3")])
        #expect(try retained.message(of: Topic("a")) == message("a", "3"))
        #expect(try retained.message(of: Topic("a/b")) == message("a/b", "2"))
        #expect(try retained.message(of: Topic("b")) == nil)
    }

    @Test func `an empty payload removes the message and nothing else`() async throws {
        let store = try await TreeStore.inMemory()
        let retained = RetainedTopics(store)
        try await retained.retain([message("a", "1"), message("a/b", "2"), message("a/b/c", "3")])
        try await retained.retain([message("a/b", ""), message("x/y", "")])
        let left = try retained.messages(matching: TopicFilter("#"))
        #expect(left == [try message("a", "1"), try message("a/b/c", "3")])
        try await retained.retain([message("a", "")])
        #expect(try retained.messages(matching: TopicFilter("#")) == [message("a/b/c", "3")])
    }

    @Test func `no node is left when the last message is gone, in any order`() async throws {
        var random = TestRandom()
        let store = try await TreeStore.inMemory()
        let retained = RetainedTopics(store)
        for _ in 0..<50 {
            var topics = ["a", "a/b", "a/b/c", "a/d", "e//f"]
            for payload in ["x", ""] {
                topics.shuffle(using: &random)
                for topic in topics { try await retained.retain([message(topic, payload)]) }
            }
            #expect(store.view.count(matching: "/**") == 0, "KHEPRI_SEED=\(random.seed)")
        }
    }

    @Test func `the largest payload is kept, and one byte more is refused`() async throws {
        let store = try await TreeStore.inMemory()
        let retained = RetainedTopics(store)
        let largest = RetainedMessage(
            topic: try Topic("a"), payload: Array(repeating: 7, count: retained.payloadBytesMaximum)
        )
        try await retained.retain([largest])
        #expect(try retained.message(of: Topic("a")) == largest)
        let error = await #expect(throws: TopicError.self) {
            try await retained.retain([
                message("b", "1"),
                RetainedMessage(topic: try Topic("c"), payload: largest.payload + [7]),
            ])
        }
        #expect(
            error?.description == "expected a payload of at most 1048571 bytes, found 1048572")
        #expect(try retained.messages(matching: TopicFilter("#")) == [largest])
    }

    @Test func `messages are there after a restart`() async throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("retained-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        var store = try await TreeStore.open(at: directory.path)
        try await RetainedTopics(store).retain([message("a//", "1"), message("$x/*", "2")])
        try await store.close()
        store = try await TreeStore.open(at: directory.path)
        #expect(try RetainedTopics(store).message(of: Topic("a//")) == message("a//", "1"))
        #expect(try RetainedTopics(store).message(of: Topic("$x/*")) == message("$x/*", "2"))
        try await store.close()
    }
}
