package import RaftCore

/// One entry of a group's log with its bytes.
package struct LogEntry: Sendable, Hashable {
    package var index: LogIndex
    package var term: Term
    package var kind: EntryKind
    /// The leader's wall clock in milliseconds, never less than that of the entry before.
    package var time: UInt64
    package var payload: [UInt8]

    package init(index: LogIndex, term: Term, kind: EntryKind, time: UInt64, payload: [UInt8]) {
        self.index = index
        self.term = term
        self.kind = kind
        self.time = time
        self.payload = payload
    }
}

/// One durable change of a group's log.
package enum LogWrite: Sendable, Hashable {
    /// The group exists from here on; the first write of each group.
    case openGroup(name: String)
    /// The group's records may be forgotten.
    case deleteGroup
    /// Term and vote (Raft figure 2, persistent state).
    case hardState(term: Term, vote: MemberID?)
    /// Entries at and after the index are void.
    case truncate(from: LogIndex)
    /// Consecutive entries after the last one.
    case append([LogEntry])
    /// A published snapshot covers the log up to this position.
    case snapshot(LogPosition)
}

/// Writes of several groups that become durable together, in order.
package struct LogBatch: Sendable {
    package var writes: [(group: GroupID, write: LogWrite)]
    /// Whether the batch may take the space kept for a full disk: it frees some, or was promised.
    package var mayUseReserve: Bool

    package init(
        writes: [(group: GroupID, write: LogWrite)] = [], mayUseReserve: Bool = false
    ) {
        self.writes = writes
        self.mayUseReserve = mayUseReserve
    }
}

/// What a log knew of a group when it was opened.
package struct RecoveredGroup: Sendable {
    package var name: String
    package var term: Term
    package var vote: MemberID?
    /// The position the newest snapshot record names; the log begins after it or earlier.
    package var snapshot: LogPosition?
    private var kept: KeptEntries

    /// The entries, whoever else has the group: they are many, and most of them of use to nobody.
    private final class KeptEntries: Sendable {
        let entries: Lock<[LogEntry]>

        init(_ entries: [LogEntry]) { self.entries = Lock(entries) }
    }

    package init(
        name: String, term: Term, vote: MemberID?, snapshot: LogPosition?, entries: [LogEntry]
    ) {
        self.name = name
        self.term = term
        self.vote = vote
        self.snapshot = snapshot
        kept = KeptEntries(entries)
    }

    /// All entries that are left, consecutive; empty once they are taken.
    ///
    /// They may begin before the snapshot position.
    package var entries: [LogEntry] {
        get { kept.entries.withLock { $0 } }
        set { kept = KeptEntries(newValue) }
    }

    /// Hands out the entries after an index; the group has none from then on, nor have its copies.
    func takeEntries(after index: LogIndex) -> [LogEntry] {
        kept.entries.withLock { entries in
            defer { entries = [] }
            return Array(entries.drop { $0.index <= index })
        }
    }
}

/// A host's durable log, shared by all its groups; synchronous, one caller at a time.
package protocol LogDevice: AnyObject, Sendable {
    /// Makes a batch durable with one write and one flush.
    ///
    /// - Throws: ``LogDeviceError``; after any but `.full` every later call throws `.poisoned`.
    func write(_ batch: LogBatch) throws

    /// Makes sure that there is space beyond what is kept for a full disk.
    ///
    /// - Throws: ``LogDeviceError`` `.full` as long as an ordinary batch would be refused.
    func checkSpace() throws

    /// Whether there is no such space, and none to be had, as far as can be told without writing.
    var isShortOfSpace: Bool { get }

    /// Reads consecutive entries, at least one if it is there, at most about `byteLimit` bytes.
    func entries(of group: GroupID, from first: LogIndex, byteLimit: Int) throws -> [LogEntry]

    /// Allows the log to drop a group's entries up to and including an index.
    func compact(_ group: GroupID, through index: LogIndex) throws

    /// Bytes on disk and the like, for statistics.
    var bytesOnDisk: UInt64 { get }

    /// Makes room ahead of the writes, drained by anybody at any time; nil if there is nothing to make.
    var preparer: (any Drained)? { get }

    /// Ends the work of ``preparer``; the log goes on and makes its room itself.
    func stopPreparing()
}

extension LogDevice {
    package var isShortOfSpace: Bool { false }

    package var preparer: (any Drained)? { nil }

    package func stopPreparing() {}
}

/// Why a log device refused.
package struct LogDeviceError: Error, Sendable, Hashable {
    package enum Code: String, Sendable, Hashable {
        /// No space; nothing of the batch is in the log; writes go on when there is space again.
        case full
        /// A write or flush failed; nothing after the last success is acknowledged, ever.
        case failed
        /// A former failure; reopen the directory.
        case poisoned
        /// Proven damage of what had been durable.
        case corrupt
        /// Another process has the directory open.
        case locked
        /// Written by a newer version.
        case newerFormat
        /// No right to read or write.
        case permission
        /// The directory or a needed file is not there, or not what it should be.
        case invalid
        /// There is something where something new was to be made.
        case occupied
    }

    package var code: Code
    /// What was expected and found, with file and offset where there is one.
    package var message: String
    package var path: String?
    package var errno: Int32?

    package init(_ code: Code, _ message: String, path: String? = nil, errno: Int32? = nil) {
        self.code = code
        self.message = message
        self.path = path
        self.errno = errno
    }
}
