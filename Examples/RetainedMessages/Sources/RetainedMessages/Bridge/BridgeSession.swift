import Khepri

/// What a bridge does on one connection.
///
/// The broker first sends what it retains, and from then on what changes, and it answers a ping only after
/// that. What it has is newer than what the store has; what only the store has, it has lost, and gets back.
struct BridgeSession {
    /// How many messages are kept in one command, or put back before answers are waited for.
    private static let countMaximum = 1_000

    private let name: String
    private let retained: RetainedTopics
    private let report: @Sendable (BridgeEvent) -> Void
    private let send: @Sendable ([Packet]) async throws -> Void
    /// What the store has and the broker is not known to have.
    private var missing: Set<Topic> = []
    /// What was put back, and is not known to have arrived.
    private var underWay: [Topic: [UInt8]] = [:]
    private var unansweredCount = 0
    private var putBackCount = 0
    private var isListed = false
    private var isLevel = false

    init(
        name: String, retained: RetainedTopics,
        report: @escaping @Sendable (BridgeEvent) -> Void,
        send: @escaping @Sendable ([Packet]) async throws -> Void
    ) {
        self.name = name
        self.retained = retained
        self.report = report
        self.send = send
    }

    /// Deals with packets in their order; messages are on stable storage when this returns.
    mutating func receive(_ packets: [Packet]) async throws {
        var messages: [RetainedMessage] = []
        for packet in packets {
            switch packet {
            case .publish(let publication):
                if let message = message(of: publication) {
                    note(message)
                    messages.append(message)
                    if messages.count == Self.countMaximum { try await retain(&messages) }
                } else if let asker = asker(of: publication) {
                    try await retain(&messages)
                    try await answer(publication.payload, to: asker)
                }
            case .connectAnswer(let code): try await begin(code)
            case .subscribeAnswer(_, let code):
                guard code != 0x80 else {
                    throw ConnectionError("expected a subscription to all topics, found a refusal")
                }
            case .pingAnswer: isListed = true
            case .publishAnswer: unansweredCount -= 1
            case .connect, .subscribe, .ping, .disconnect:
                throw ConnectionError("expected what a broker sends, found what a client sends")
            }
        }
        try await retain(&messages)
        try await putBack()
    }

    /// Asks for everything, and for an answer behind it.
    private mutating func begin(_ code: UInt8) async throws {
        guard code == 0 else {
            throw ConnectionError("expected to be let in, found the code \(code) (MQTT §3.2.2.3)")
        }
        missing = Set(try retained.messages(matching: TopicFilter("#")).map(\.topic))
        try await send([.subscribe(id: 1, filter: "#", quality: 0), .ping])
    }

    /// The message to be kept, nil for one that is not: it is not retained, it is a bridge's, it cannot be held.
    private func message(of publication: Packet.Publication) -> RetainedMessage? {
        guard publication.isRetained, !publication.topic.utf8.starts(with: "khepri/".utf8) else {
            return nil
        }
        do {
            let message = RetainedMessage(
                topic: try Topic(publication.topic), payload: publication.payload)
            try retained.checkSize(of: message)
            return message
        } catch {
            report(.isRefused(reason: "\(error)"))
            return nil
        }
    }

    /// Takes note of what the broker has.
    ///
    /// While another payload is under way, nobody knows which comes last: it is put again.
    private mutating func note(_ message: RetainedMessage) {
        guard !isLevel else { return }
        if let payload = underWay[message.topic], payload != message.payload {
            missing.insert(message.topic)
        } else {
            missing.remove(message.topic)
        }
    }

    private func retain(_ messages: inout [RetainedMessage]) async throws {
        guard !messages.isEmpty else { return }
        try await retained.retain(messages)
        messages = []
    }

    /// Gives the broker some of what it has lost, when it has all that it was given before.
    private mutating func putBack() async throws {
        guard isListed, !isLevel, unansweredCount == 0 else { return }
        underWay = [:]
        guard !missing.isEmpty else {
            isLevel = true
            report(.isLevel(putBackCount: putBackCount))
            return
        }
        var packets: [Packet] = []
        for topic in missing.prefix(Self.countMaximum) {
            let payload = try retained.message(of: topic)?.payload ?? []
            underWay[topic] = payload
            packets.append(
                .publish(
                    Packet.Publication(
                        topic: topic.text, payload: payload, isRetained: true,
                        id: UInt16(packets.count + 1))))
        }
        missing.subtract(underWay.keys)
        unansweredCount = packets.count
        putBackCount += packets.count
        try await send(packets)
    }

    /// Who asks what the store has, if that is what was published.
    private func asker(of publication: Packet.Publication) -> String? {
        let begin = "khepri/\(name)/ask/"
        guard !publication.isRetained, publication.topic.hasPrefix(begin) else { return nil }
        return String(publication.topic.dropFirst(begin.count))
    }

    /// Sends the messages that a filter matches, and then how many they are.
    ///
    /// They are read from this member, whoever leads, and whether or not anybody does.
    private func answer(_ question: [UInt8], to asker: String) async throws {
        let topic = "khepri/\(name)/answer/\(asker)"
        var end: String
        do {
            let filter = try TopicFilter(String(decoding: question, as: UTF8.self))
            let messages = try retained.messages(matching: filter)
            for first in stride(from: 0, to: messages.count, by: Self.countMaximum) {
                try await send(
                    messages[first...].prefix(Self.countMaximum).map { message in
                        .publish(
                            Packet.Publication(
                                topic: "\(topic)/\(message.topic)", payload: message.payload,
                                isRetained: false))
                    })
            }
            end = "\(messages.count)"
        } catch let error as TopicError {
            end = "\(error)"
        }
        try await send([
            .publish(Packet.Publication(topic: topic, payload: Array(end.utf8), isRetained: false))
        ])
    }
}
