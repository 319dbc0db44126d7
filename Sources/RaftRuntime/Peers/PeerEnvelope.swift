package import RaftCore

/// What one member of a group tells another, with the bytes that its message names.
package struct PeerEnvelope: Sendable, Hashable {
    package var group: GroupID
    package var sender: MemberID
    package var receiver: MemberID
    package var content: PeerContent

    package init(group: GroupID, sender: MemberID, receiver: MemberID, content: PeerContent) {
        self.group = group
        self.sender = sender
        self.receiver = receiver
        self.content = content
    }
}

/// The kinds of things that members tell each other.
package enum PeerContent: Sendable, Hashable {
    /// A message of the core with what it names.
    case raft(RaftMessage, PeerAttachment)
    /// Commands that a member wants in the log, for the leader.
    case commands([ForwardedCommand])
    /// What became of them.
    case answers([ForwardedAnswer])
}

/// The bytes that belong to a message of the core.
package enum PeerAttachment: Sendable, Hashable {
    case none
    /// The entries that an append names, consecutive and whole.
    case entries([LogEntry])
    /// The piece of a snapshot.
    case bytes([UInt8])
}

/// A command on its way to the leader.
package struct ForwardedCommand: Sendable, Hashable {
    /// Names the command among those of its sender; never used twice, not even after a restart.
    package var number: UInt64
    package var payload: [UInt8]
    /// Whether it may be written on a full disk, because it frees space.
    package var mayUseReserve: Bool
    /// How long its caller is willing to wait from now on.
    package var timeout: Duration
    /// Whether the leader's machine answers it without the log.
    package var isQuestion: Bool

    package init(
        number: UInt64, payload: [UInt8], mayUseReserve: Bool, timeout: Duration,
        isQuestion: Bool = false
    ) {
        self.isQuestion = isQuestion
        self.number = number
        self.payload = payload
        self.mayUseReserve = mayUseReserve
        self.timeout = timeout
    }
}

/// What became of a forwarded command.
package struct ForwardedAnswer: Sendable, Hashable {
    package var number: UInt64
    package var outcome: ForwardedOutcome

    package init(number: UInt64, outcome: ForwardedOutcome) {
        self.number = number
        self.outcome = outcome
    }
}

/// The leader's word on a forwarded command.
package enum ForwardedOutcome: Sendable, Hashable {
    /// Committed and applied at the index, with the machine's output in the machine's encoding.
    case committed(LogIndex, output: [UInt8])
    /// Not applied, and it never will be by this forwarding.
    case rejected(ForwardedFailure)
    /// In the log, so it may have been or may yet be applied.
    case unknown(ForwardedFailure)
}

/// Why a leader did not carry a command through.
package enum ForwardedFailure: Sendable, Hashable {
    /// The receiver does not lead; perhaps it knows who does.
    case notLeader(hint: MemberID?)
    case overloaded
    case tooLarge
    case storageFull
    case storageFailed
    case timedOut
    case shuttingDown
}
