/// The messages with entries that a member was sent and has not confirmed.
struct InflightWindow: Hashable, Sendable {
    struct Message: Hashable, Sendable {
        let last: LogIndex
        let byteCount: Int
    }

    /// In log order.
    private(set) var messages: [Message] = []
    private(set) var byteCount = 0

    mutating func add(through last: LogIndex, byteCount: Int) {
        messages.append(Message(last: last, byteCount: byteCount))
        self.byteCount += byteCount
    }

    /// Forgets the messages whose entries are durable on the member.
    mutating func free(through index: LogIndex) {
        let confirmed = messages.prefix { $0.last <= index }
        byteCount -= confirmed.reduce(0) { $0 + $1.byteCount }
        messages.removeFirst(confirmed.count)
    }

    mutating func removeAll() {
        messages.removeAll(keepingCapacity: true)
        byteCount = 0
    }

    func isFull(_ options: RaftOptions) -> Bool {
        messages.count >= options.inflightMessagesMaximum
            || byteCount >= options.inflightBytesMaximum
    }
}
