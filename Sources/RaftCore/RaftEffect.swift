/// Everything a server wants done.
///
/// Writes are carried out in the order of their numbers. Effects that must wait for the disk are only
/// emitted after the matching ``RaftEvent/persisted(_:)``.
public enum RaftEffect: Hashable, Sendable {
    /// Make a change durable, then report its number with ``RaftEvent/persisted(_:)``.
    case write(WriteSequence, RaftWrite)
    /// Apply committed, durable entries in order, then report ``RaftEvent/applied(_:)``.
    case apply(ClosedRange<LogIndex>)
    /// Send a message, with the bytes of the entries it names.
    ///
    /// Of a snapshot the driver sends ``SnapshotChunk/filled(byteCount:isLast:)`` and the bytes, or
    /// reports ``RaftEvent/snapshotUnavailable(_:to:)``.
    case send(RaftMessage, to: MemberID)
    /// The membership change is in the log at the index, and in force.
    case accepted(ProposalToken, at: LogIndex)
    /// The proposal or change was not and will not be added to the log.
    case rejected(ProposalToken, Refusal)
    /// The read may be served from any state that has applied the index.
    case readReady(ReadID, at: LogIndex)
    /// The read cannot be served by this server now.
    case readFailed(ReadID, Refusal)
    /// No snapshot that is kept needs the log up to and including this entry.
    case compact(through: LogIndex)
    /// Store the bytes of the piece being received, the first of a snapshot over any older one; then
    /// report ``RaftEvent/snapshotStored(_:end:)``.
    case storeSnapshot(SnapshotChunk)
    /// All pieces are stored: verify, publish, and report ``RaftEvent/snapshotInstalled(_:)`` or
    /// ``RaftEvent/snapshotRefused(_:)``.
    case installSnapshot(LogPosition, Configuration)
    /// A snapshot that was received, published or not, is of no use.
    case discardSnapshot(LogPosition)
    /// The published snapshot is recorded in the log: it replaces the state machine. What is to be
    /// applied from here on comes after it.
    case restoreSnapshot(LogPosition)
    /// The server's role changed; `leader` is announced once per term, when it may act as one.
    case roleChanged(RaftRole, Term)
    /// Another member, or none, is now known to lead.
    case leaderChanged(MemberID?, Term)
    /// A configuration is committed.
    case configurationCommitted(Configuration, at: LogIndex)
    /// The member that was to lead did not take over in time; this one leads on.
    case transferFailed(to: MemberID)
    /// No leader with a quorum is known; one was at that instant.
    case quorumLost(since: Instant)
    /// A leader with a quorum is known again.
    case quorumRegained
    /// A message that no correct member sends; it was dropped.
    case anomaly(Anomaly, from: MemberID)
}

/// Why a message cannot come from a correct member.
public enum Anomaly: String, Hashable, Sendable {
    /// Its parts contradict each other.
    case implausible
    /// It claims to lead in a term that another member leads in.
    case secondLeader
    /// It contradicts a committed entry.
    case overrulesCommitted
    /// It confirms entries that the leader does not have.
    case confirmsUnknown
}

/// One durable change of a group's log.
public enum RaftWrite: Hashable, Sendable {
    /// Term and vote.
    case hardState(HardState)
    /// Entries at and after the index are void.
    case truncate(from: LogIndex)
    /// Entries after the last one.
    case append(AppendedEntries)
    /// A published snapshot covers the log up to this position.
    case snapshot(LogPosition)
}

/// Entries to write, described without their bytes.
public struct AppendedEntries: Hashable, Sendable {
    /// Where they go.
    public let indexes: ClosedRange<LogIndex>
    /// The term of all of them.
    public let term: Term
    /// Where their bytes come from.
    public let source: EntrySource

    /// Joins a description.
    public init(indexes: ClosedRange<LogIndex>, term: Term, source: EntrySource) {
        self.indexes = indexes
        self.term = term
        self.source = source
    }
}

/// Where the bytes of appended entries come from.
public enum EntrySource: Hashable, Sendable {
    /// The commands of an accepted proposal.
    case proposal(ProposalToken)
    /// The empty entry of a new leader.
    case noOperation
    /// A configuration in its encoding.
    case configuration(Configuration)
    /// The message being received.
    case replicated
}

/// What a server is in its term (Raft §5.1).
public enum RaftRole: String, Hashable, Sendable {
    /// Waits for a leader, or follows one.
    case follower
    /// Asks for votes.
    case candidate
    /// Appends entries.
    case leader
}

/// Why a proposal or read was refused; in each case nothing happened.
public enum Refusal: Hashable, Sendable {
    /// Another member leads, or none does.
    case notLeader(hint: MemberID?)
    /// Too many bytes wait to be committed.
    case tooManyUncommitted
    /// The disk is full.
    case storageFull
    /// The disk failed.
    case storageFailed
    /// Leadership is about to go to another member.
    case transferring(to: MemberID)
    /// Too many reads wait for an index.
    case tooManyReads
    /// The change of members cannot be made.
    case change(ChangeRefusal)
}
