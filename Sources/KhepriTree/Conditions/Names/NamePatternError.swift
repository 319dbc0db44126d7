/// Why a text is no ``NamePattern``.
public struct NamePatternError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected and what was found.
    public let message: String
    /// Where in the pattern, in UTF-8 bytes from its start.
    public let position: Int

    package init(_ message: String, at position: Int) {
        self.message = message
        self.position = position
    }

    /// The message with the position.
    public var description: String { "\(message), at byte \(position) of the pattern" }
}
