import Foundation
import NIOCore
import NIOPosix
import RetainedMessages
import Testing

/// A broker in a process of its own, on loopback, that keeps nothing on disk.
final class Mosquitto: @unchecked Sendable {
    // Processes are used by one test at a time.
    let port: Int
    private let directory: URL
    private var process = Process()

    /// Where Debian has the program, nil where it is not installed.
    static let program = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Starts a broker on a port that is free.
    init() async throws {
        let probe = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        port = try #require(probe.localAddress?.port)
        try await probe.close()
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("mosquitto-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let configuration = """
            listener \(port) 127.0.0.1
            allow_anonymous true
            persistence false
            max_queued_messages 0
            log_dest stderr
            """
        try Data(configuration.utf8).write(to: file)
        try start()
    }

    private var file: URL { directory.appendingPathComponent("mosquitto.conf") }

    /// Starts the broker, empty, and waits until it listens.
    func start() throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.program))
        process.arguments = ["-c", file.path]
        let log = Pipe()
        process.standardError = log
        try process.run()
        var text = ""
        while !text.contains("running") {
            let more = log.fileHandleForReading.availableData
            try #require(!more.isEmpty, "mosquitto ended: \(text)")
            text += String(decoding: more, as: UTF8.self)
        }
        // What it says later is of no interest, but must go somewhere.
        log.fileHandleForReading.readabilityHandler = { handle in
            if handle.availableData.isEmpty { handle.readabilityHandler = nil }
        }
    }

    /// Ends it at once.
    func kill() {
        guard process.isRunning else { return }
        #if canImport(Darwin)
        Darwin.kill(process.processIdentifier, SIGKILL)
        #else
        Glibc.kill(process.processIdentifier, SIGKILL)
        #endif
        process.waitUntilExit()
    }

    /// Ends it and removes what it had.
    func end() {
        kill()
        try? FileManager.default.removeItem(at: directory)
    }
}

/// Clients of the tests.
extension Mosquitto {
    /// Publishes messages that are to be retained, and waits for an answer to each.
    func publish(_ messages: [(topic: String, payload: [UInt8])]) async throws {
        try await BrokerConnection.with(host: "127.0.0.1", port: port, client: "publisher") {
            connection in
            var received = connection.received.makeAsyncIterator()
            for first in stride(from: 0, to: messages.count, by: 1_000) {
                let part = messages[first...].prefix(1_000)
                try await connection.send(
                    part.enumerated().map { number, message in
                        .publish(
                            Packet.Publication(
                                topic: message.topic, payload: message.payload, isRetained: true,
                                id: UInt16(number + 1)))
                    })
                var unanswered = Set((1...part.count).map { UInt16($0) })
                while !unanswered.isEmpty, let packets = try await received.next() {
                    for case .publishAnswer(let id) in packets { unanswered.remove(id) }
                }
                try #require(unanswered.isEmpty)
            }
        }
    }

    /// What a new subscriber gets.
    func retained(_ filter: String = "#") async throws -> [String: [UInt8]] {
        try await BrokerConnection.with(host: "127.0.0.1", port: port, client: "subscriber") {
            connection in
            try await connection.send([.subscribe(id: 1, filter: filter, quality: 0), .ping])
            var found: [String: [UInt8]] = [:]
            var isListed = false
            for try await packets in connection.received {
                for packet in packets {
                    if case .publish(let message) = packet {
                        #expect(message.isRetained)
                        found[message.topic] = message.payload
                    }
                    if packet == .pingAnswer { isListed = true }
                }
                if isListed { break }
            }
            return found
        }
    }

    /// What a bridge answers to a question: the messages, and what it says at the end.
    func ask(_ bridge: String, _ filter: String) async throws -> ([String: [UInt8]], String) {
        try await BrokerConnection.with(host: "127.0.0.1", port: port, client: "asker") {
            connection in
            let topic = "khepri/\(bridge)/answer/asker"
            let question = Packet.Publication(
                topic: "khepri/\(bridge)/ask/asker", payload: Array(filter.utf8), isRetained: false)
            try await connection.send([
                .subscribe(id: 1, filter: topic + "/#", quality: 0), .publish(question),
            ])
            var found: [String: [UInt8]] = [:]
            for try await packets in connection.received {
                for case .publish(let message) in packets {
                    guard message.topic != topic else {
                        return (found, String(decoding: message.payload, as: UTF8.self))
                    }
                    found[String(message.topic.dropFirst(topic.count + 1))] = message.payload
                }
            }
            return (found, "no end")
        }
    }
}
