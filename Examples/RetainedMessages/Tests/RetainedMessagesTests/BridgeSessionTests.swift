import Khepri
import Synchronization
import Testing

@testable import RetainedMessages

/// What no real broker does at the moment where it matters.
@Suite("A bridge's session") struct BridgeSessionTests {
    private let sent = SentPackets()

    private func session(_ store: TreeStore) -> BridgeSession {
        BridgeSession(
            name: "test", retained: RetainedTopics(store), report: { sent.note($0) },
            send: { sent.note($0) })
    }

    private func store(_ messages: [String: [UInt8]]) async throws -> TreeStore {
        let store = try await TreeStore.inMemory()
        try await RetainedTopics(store).retain(
            messages.map { RetainedMessage(topic: try Topic($0.key), payload: $0.value) })
        return store
    }

    private func message(_ topic: String, _ payload: [UInt8], id: UInt16? = nil) -> Packet {
        .publish(Packet.Publication(topic: topic, payload: payload, isRetained: true, id: id))
    }

    @Test func `what the broker lacks is put back after it has sent all that it has`() async throws
    {
        let store = try await store(["a": [1], "b": [2]])
        var session = session(store)
        try await session.receive([.connectAnswer(code: 0)])
        #expect(sent.take() == [.subscribe(id: 1, filter: "#", quality: 0), .ping])
        try await session.receive([.subscribeAnswer(id: 1, code: 0), message("a", [3])])
        #expect(sent.take().isEmpty)
        try await session.receive([.pingAnswer])
        #expect(sent.take() == [message("b", [2], id: 1)])
        #expect(sent.events.isEmpty)
        try await session.receive([.publishAnswer(id: 1)])
        #expect(sent.events == [.isLevel(putBackCount: 1)])
        #expect(try RetainedTopics(store).message(of: Topic("a"))?.payload == [3])
    }

    @Test(arguments: [[9], []] as [[UInt8]])
    func `a message that comes while an older one is put back is put after it`(
        payload: [UInt8]
    ) async throws {
        let store = try await store(["a": [1]])
        var session = session(store)
        try await session.receive([.connectAnswer(code: 0), .pingAnswer])
        #expect(sent.take().last == message("a", [1], id: 1))
        try await session.receive([message("a", payload)])
        #expect(sent.take().isEmpty)
        try await session.receive([.publishAnswer(id: 1)])
        #expect(sent.take() == [message("a", payload, id: 1)])
        #expect(sent.events.isEmpty)
        try await session.receive([message("a", payload), .publishAnswer(id: 1)])
        #expect(sent.events == [.isLevel(putBackCount: 2)])
    }

    @Test func `messages that are not retained, and those of bridges, are not kept`() async throws {
        let store = try await store([:])
        var session = session(store)
        try await session.receive([
            .connectAnswer(code: 0), message("khepri/test/answer/me", [1]),
            .publish(Packet.Publication(topic: "a", payload: [1], isRetained: false)),
        ])
        #expect(store.view.count(matching: "/**") == 0)
    }

    @Test(
        arguments: [.connectAnswer(code: 5), .subscribeAnswer(id: 1, code: 0x80), .ping] as [Packet]
    )
    func `a broker that refuses, or is none, ends the connection`(packet: Packet) async throws {
        var session = session(try await store([:]))
        await #expect(throws: ConnectionError.self) { try await session.receive([packet]) }
    }
}

/// What a session has said.
private final class SentPackets: Sendable {
    private let packets = Mutex<[Packet]>([])
    private let reported = Mutex<[BridgeEvent]>([])

    var events: [BridgeEvent] { reported.withLock { $0 } }

    func note(_ more: [Packet]) { packets.withLock { $0 += more } }
    func note(_ event: BridgeEvent) { reported.withLock { $0.append(event) } }

    /// The packets since the last time.
    func take() -> [Packet] {
        packets.withLock { packets in
            defer { packets = [] }
            return packets
        }
    }
}
