import Khepri

/// The name under which a message is published, such as `house/kitchen/temperature`.
public struct Topic: Hashable, Sendable {
    /// Its levels as names of nodes.
    let levels: TopicLevels

    /// Reads a topic.
    ///
    /// - Parameter text: At most 63 levels of 255 bytes each, 65,535 bytes in all, without `+`, `#` and NUL.
    /// - Throws: ``TopicError``.
    public init(_ text: String) throws {
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") })
        else {
            throw TopicError("expected no + and no # in a topic, found one")
        }
        levels = try TopicLevels(text)
    }

    /// The topic of a node.
    init(names: some Sequence<PathComponent>) {
        levels = TopicLevels(names: Array(names))
    }

    /// The text that gives this topic.
    public var text: String { levels.text }
}

extension Topic: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}
