/// Why a text is no topic or no filter that the tree can hold, or a payload no message of it.
public struct TopicError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected and what was found; never the text itself.
    public let description: String

    init(_ description: String) { self.description = description }
}
