/// What an entry holds.
public enum EntryKind: UInt8, Hashable, Sendable {
    /// Opaque to Raft; applied by the state machine.
    case command = 1
    /// The empty entry of a new leader (Raft §8).
    case noOperation = 2
    /// A configuration, effective on append (thesis §4.1).
    case configuration = 3
}
