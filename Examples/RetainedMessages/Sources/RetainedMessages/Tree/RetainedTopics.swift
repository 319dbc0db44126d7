import Khepri

/// The retained messages in a store: that of the topic `a/b` is the payload of the node `/topics/a/b`.
public struct RetainedTopics: Sendable {
    private static let root: TreePath = "/topics"
    /// What stands before the bytes of a payload in its node, at most.
    private static let headBytes = 5

    private let store: TreeStore

    /// Keeps messages in a store.
    public init(_ store: TreeStore) { self.store = store }

    /// The largest payload of a message that the store can hold.
    public var payloadBytesMaximum: Int { store.valueBytesMaximum - Self.headBytes }

    /// Makes each message the one of its topic, all of them in one command that is on stable storage when this
    /// returns; one without a payload removes that of its topic.
    ///
    /// - Parameter messages: At most 10,000; of several of one topic, the last counts.
    /// - Throws: ``TopicError`` if a payload is too large, `StoreError`; nothing is kept then.
    public func retain(_ messages: [RetainedMessage]) async throws {
        for message in messages { try checkSize(of: message) }
        try await store.batch { batch in
            for message in messages {
                let path = try Self.path(of: message.topic)
                if message.payload.isEmpty {
                    batch.clearPayload(at: path)
                } else {
                    try batch.put(message.payload, at: path, keepWhile: [.isOfUse])
                }
            }
        }
    }

    /// The messages of the topics that a filter matches.
    ///
    /// They are read from this member's tree, all at one revision: nobody else is asked, and nobody waited for.
    /// - Throws: `StoreError`.
    public func messages(matching filter: TopicFilter) throws -> [RetainedMessage] {
        let view = store.view
        return try filter.patterns.flatMap { pattern in
            try view.nodes(
                matching: TreePattern(Self.root).appending(pattern), as: [UInt8].self
            ).compactMap { node in
                node.value.map { RetainedMessage(topic: Self.topic(at: node.path), payload: $0) }
            }
        }
    }

    /// The message of a topic as this member has it, nil if there is none.
    ///
    /// - Throws: `StoreError`.
    public func message(of topic: Topic) throws -> RetainedMessage? {
        try store.local.get(Self.path(of: topic), as: [UInt8].self)
            .map { RetainedMessage(topic: topic, payload: $0) }
    }

    /// Refuses a payload that no node holds.
    func checkSize(of message: RetainedMessage) throws {
        guard message.payload.count <= payloadBytesMaximum else {
            throw TopicError(
                "expected a payload of at most \(payloadBytesMaximum) bytes, found "
                    + "\(message.payload.count)")
        }
    }

    private static func path(of topic: Topic) throws -> TreePath {
        root.appending(try TreePath(topic.levels.names))
    }

    private static func topic(at path: TreePath) -> Topic {
        Topic(names: path.components.dropFirst(root.depth))
    }
}
