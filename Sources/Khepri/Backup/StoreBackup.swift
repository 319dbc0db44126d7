public import KhepriTree

/// What a backup says of itself.
public struct StoreBackup: Sendable, Hashable {
    /// The name of the store that it is of.
    public let store: String
    /// The revision it is of: it has all changes up to there, and none of a later one.
    public let revision: Revision
    /// How many nodes it holds, the root among them.
    public let nodeCount: Int
    /// The time of the last change in it, in milliseconds since 1970 in UTC.
    package let time: UInt64
    /// Names the history that the revision belongs to.
    package let history: SessionID

    init(store: String, revision: Revision, nodeCount: UInt64, time: UInt64, history: SessionID) {
        self.store = store
        self.revision = revision
        self.nodeCount = Int(clamping: nodeCount)
        self.time = time
        self.history = history
    }

    /// Describes the backup of a state.
    init(of state: StateSnapshot, store: String) {
        self.init(
            store: store, revision: state.revision, nodeCount: state.nodeCount, time: state.time,
            history: state.history)
    }
}
