import Foundation
import Khepri
import RetainedMessages
import Testing

@Suite(
    "With a real broker", .serialized, .enabled(if: Mosquitto.program != nil),
    .timeLimit(.minutes(2)))
struct BrokerTests {
    @Test func `100,000 retained messages survive a broker that is killed and starts empty`()
        async throws
    {
        try await withBridge { broker, store, events in
            let messages = (0..<100_000).map { number in
                (
                    topic: "house\(number % 100)/room\(number / 100)/t",
                    payload: Array("\(number)".utf8)
                )
            }
            let expected = Dictionary(uniqueKeysWithValues: messages.map { ($0.topic, $0.payload) })
            let clock = ContinuousClock()
            let publishing = try await clock.measure {
                try await broker.publish(messages)
                // The bridge has dealt with all of them when it answers a question from behind them.
                #expect(try await broker.ask("test", "none").1 == "0")
            }
            #expect(try contents(of: store) == expected)

            broker.kill()
            try broker.start()
            let puttingBack = await clock.measure {
                #expect(await events.next() == .isLevel(putBackCount: 100_000))
            }
            #expect(try await broker.retained() == expected)
            var found: ([String: [UInt8]], String) = ([:], "")
            let answering = try await clock.measure { found = try await broker.ask("test", "#") }
            #expect(found.0 == expected)
            #expect(found.1 == "100000")
            print("kept in \(publishing), put back in \(puttingBack), told in \(answering)")
        }
    }

    @Test func `what changes and what goes at the broker does so in the store`() async throws {
        try await withBridge { broker, store, _ in
            try await broker.publish([("a", [1]), ("a/b", [2]), ("c", [3])])
            try await broker.publish([("a", [4]), ("c", [])])
            #expect(try await broker.ask("test", "a/#").0 == ["a": [4], "a/b": [2]])
            #expect(try contents(of: store) == ["a": [4], "a/b": [2]])
        }
    }

    @Test func `a message that the store cannot hold is reported, and the next one is kept`()
        async throws
    {
        try await withBridge { broker, store, events in
            let name = String(repeating: "x", count: 256)
            try await broker.publish([(name, [1]), ("a", [2])])
            #expect(
                await events.next()
                    == .isRefused(reason: "expected at most 255 bytes in a level, found 256"))
            #expect(try await broker.ask("test", "#").1 == "1")
            #expect(try contents(of: store) == ["a": [2]])
        }
    }

    @Test func `a question that is no filter is answered by what is wrong with it`() async throws {
        try await withBridge { broker, _, _ in
            let answer = try await broker.ask("test", "a#").1
            #expect(answer == "expected + and # as a whole level, found one inside of another")
        }
    }

    @Test func `what is newer at the broker stays, and what it lacks is put back`() async throws {
        try await withBridge { broker, store, events in
            try await broker.publish([("a", [1]), ("b", [2])])
            #expect(try await broker.ask("test", "#").1 == "2")
            broker.kill()
            try broker.start()
            try await broker.publish([("a", [9])])
            // The bridge may have been there before the new message.
            _ = await events.next()
            _ = try await broker.ask("test", "#")
            #expect(try await broker.retained() == ["a": [9], "b": [2]])
            #expect(try contents(of: store) == ["a": [9], "b": [2]])
        }
    }

    private func contents(of store: TreeStore) throws -> [String: [UInt8]] {
        let messages = try RetainedTopics(store).messages(matching: TopicFilter("#"))
        return Dictionary(uniqueKeysWithValues: messages.map { ($0.topic.text, $0.payload) })
    }

    /// Runs a broker and a bridge that connects again and again; its first event is past.
    private func withBridge(
        _ body: @escaping @Sendable (Mosquitto, TreeStore, EventReader) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("bridge-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try await TreeStore.open(at: directory.path)
        let broker = try await Mosquitto()
        defer { broker.end() }
        let (stream, events) = AsyncStream.makeStream(of: BridgeEvent.self)
        let bridge = Bridge(of: store, name: "test") { events.yield($0) }
        let reader = EventReader(stream)
        let outcome: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    try? await bridge.run(host: "127.0.0.1", port: broker.port)
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            #expect(await reader.next() == .isLevel(putBackCount: 0))
            defer { group.cancelAll() }
            do { return .success(try await body(broker, store, reader)) } catch {
                return .failure(error)
            }
        }
        try await store.close()
        try outcome.get()
    }
}

/// Reads the events of a bridge one by one.
actor EventReader {
    private var iterator: AsyncStream<BridgeEvent>.Iterator

    init(_ stream: AsyncStream<BridgeEvent>) { iterator = stream.makeAsyncIterator() }

    /// The next event.
    func next() async -> BridgeEvent? {
        var local = iterator
        defer { iterator = local }
        return await local.next(isolation: self)
    }
}
