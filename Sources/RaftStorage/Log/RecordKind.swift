/// What a record of the log says.
///
/// The numbers are part of the format.
enum RecordKind: UInt8 {
    /// An entry; the low flags are its `EntryKind`.
    case entry = 1
    /// Term and vote of a group.
    case hardState = 2
    /// Entries of a group at and after the index are void.
    case truncate = 3
    /// A published snapshot covers the group's log up to index and term.
    case snapshot = 4
    /// A number stands for a new group from here on.
    case openGroup = 5
    /// The group is gone.
    case deleteGroup = 6
    /// The batch before it is whole; see ``BatchTrailer``.
    case batchEnd = 7
    /// One line of the group table at the head of a file; see ``GroupHead``.
    case groupState = 8
    /// The log goes on in the file whose sequence number is the index.
    case fileEnd = 9
}

/// The flags of an entry record beside its kind.
enum EntryFlags {
    /// The bits that hold the `EntryKind`.
    static let kindMask: UInt8 = 0x0F
    /// The entry is a copy of one in an older file that is to be removed.
    static let carried: UInt8 = 0x80
}
