/// A filter as MQTT 3.1.1 §4.7 says, level by level; shares no code with what it checks.
struct NaiveFilter {
    private let levels: [[UInt8]]

    init(_ text: String) { levels = Self.levels(of: text) }

    /// The levels of a text, by bytes.
    static func levels(of text: String) -> [[UInt8]] {
        Array(text.utf8).split(separator: 0x2f, omittingEmptySubsequences: false).map(Array.init)
    }

    /// Whether a topic of these levels is wanted.
    func matches(_ topic: [[UInt8]]) -> Bool {
        let first = levels[0]
        if topic[0].first == 0x24, first == [0x2b] || first == [0x23] { return false }
        for (index, level) in levels.enumerated() {
            // The multi-level wildcard includes the parent level.
            if level == [0x23] { return true }
            guard index < topic.count, level == [0x2b] || level == topic[index] else {
                return false
            }
        }
        return levels.count == topic.count
    }
}
