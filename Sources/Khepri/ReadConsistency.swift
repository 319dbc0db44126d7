public import KhepriTree

/// How fresh a read is.
public enum ReadConsistency: Hashable, Sendable {
    /// This member's applied tree: all that this member was told is written; may be stale where
    /// the store has other members.
    case local
    /// This member's tree after it has applied the revision: read-your-writes across members.
    case atLeast(Revision)
    /// The latest committed state: confirmed by a quorum (Raft §8, thesis §6.4). Fails within its
    /// timeout where there is no quorum.
    case linearizable
}
