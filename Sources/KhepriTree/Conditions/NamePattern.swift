/// A glob or a regular expression of the RE2 family, matched in linear time over UTF-8.
public struct NamePattern: Hashable, Sendable {
    /// The text it was made from; equality, hashing and coding use it and ``isGlob`` alone.
    public let source: String
    /// Whether ``source`` is a glob (anchored, `*` only) instead of a regular expression.
    public let isGlob: Bool
}
