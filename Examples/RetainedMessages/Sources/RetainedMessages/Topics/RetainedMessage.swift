/// The last message of a topic.
public struct RetainedMessage: Hashable, Sendable {
    /// Where it was published.
    public let topic: Topic
    /// What was published; empty for a message that removes the one before it.
    public let payload: [UInt8]

    /// Joins topic and payload.
    public init(topic: Topic, payload: [UInt8]) {
        self.topic = topic
        self.payload = payload
    }
}
