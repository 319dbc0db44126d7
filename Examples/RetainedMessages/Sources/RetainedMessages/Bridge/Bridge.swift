import Khepri

/// Keeps the retained messages of a broker in a store, and puts them back where the broker has lost them.
public struct Bridge: Sendable {
    private let name: String
    private let retained: RetainedTopics
    private let report: @Sendable (BridgeEvent) -> Void

    /// Describes a bridge.
    ///
    /// - Parameters:
    ///   - store: A store, or a member of one.
    ///   - name: Its identifier at the broker, and the second level of the topics of its own.
    ///   - report: Is told what happens.
    public init(
        of store: TreeStore, name: String,
        report: @escaping @Sendable (BridgeEvent) -> Void = { _ in }
    ) {
        self.name = name
        self.report = report
        retained = RetainedTopics(store)
    }

    /// Connects to a broker and keeps its messages until the connection is lost or the task cancelled.
    ///
    /// - Throws: ``ConnectionError``, errors of the network, `StoreError`.
    public func run(host: String, port: Int) async throws {
        try await BrokerConnection.with(
            host: host, port: port, client: "khepri-\(name)", isBridge: true
        ) { connection in
            var session = BridgeSession(
                name: name, retained: retained, report: report, send: connection.send)
            for try await packets in connection.received { try await session.receive(packets) }
            try Task.checkCancellation()
            throw ConnectionError("the broker has closed the connection")
        }
    }
}
