/// Which row counts when several nodes give one with the same key.
///
/// The others are kept: when the row that counts is gone, the next one does.
public enum ProjectionRule: Sendable, Hashable {
    /// That of the node whose path comes first.
    case firstPath
    /// That of the node whose payload was changed last; of the first path among equals.
    case lastModified
}
