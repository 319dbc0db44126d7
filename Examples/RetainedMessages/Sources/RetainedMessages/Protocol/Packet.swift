/// What a client and a broker tell each other in MQTT 3.1.1, without quality of service 2.
public enum Packet: Hashable, Sendable {
    /// A client introduces itself, without a session; a bridge is told by the broker what is retained, and not
    /// what it has published itself.
    case connect(client: String, isBridge: Bool, keepAliveSeconds: UInt16)
    /// Whether it is accepted: 0, or why not.
    case connectAnswer(code: UInt8)
    /// A message.
    case publish(Publication)
    /// A message of quality of service 1 has arrived.
    case publishAnswer(id: UInt16)
    /// A client wants the messages of a filter, with a quality of service of 0 or 1 at most.
    case subscribe(id: UInt16, filter: String, quality: UInt8)
    /// With which quality of service it gets them, or 0x80 if not.
    case subscribeAnswer(id: UInt16, code: UInt8)
    /// Are you there?
    case ping
    /// Yes, and all that you had sent before is dealt with.
    case pingAnswer
    /// A client goes.
    case disconnect

    /// A message on its way.
    public struct Publication: Hashable, Sendable {
        /// Where it is published.
        public var topic: String
        /// What is published.
        public var payload: [UInt8]
        /// Whether it is the one that new subscribers get.
        public var isRetained: Bool
        /// Its number if it has quality of service 1.
        public var id: UInt16?

        /// Joins the parts of a message.
        public init(topic: String, payload: [UInt8], isRetained: Bool, id: UInt16? = nil) {
            self.topic = topic
            self.payload = payload
            self.isRetained = isRetained
            self.id = id
        }
    }
}

/// Why a connection to a broker cannot go on.
public struct ConnectionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected and what was found.
    public let description: String

    init(_ description: String) { self.description = description }
}
