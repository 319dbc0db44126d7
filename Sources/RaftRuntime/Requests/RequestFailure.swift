package import RaftCore

/// Why a request was not carried out, or why its outcome is unknown.
package enum RequestFailure: Error, Sendable, Hashable {
    /// Another member leads, or none does.
    case notLeader(hint: MemberID?)
    /// Too many requests are open, or too many bytes uncommitted.
    case overloaded
    /// The command alone is larger than a batch may be.
    case tooLarge
    /// The disk is full; reads go on.
    case storageFull
    /// The log has a command that this member must not go past: the group stopped on it.
    case applicationHalted(ApplicationHalt)
    /// The log failed; nothing more is written until the directory is opened again.
    case storageFailed(LogDeviceError)
    /// The deadline passed.
    case timedOut
    /// The task that waited was cancelled.
    case cancelled
    /// The host is shutting down or was shut down.
    case shuttingDown
    /// The group is closed on this host: it was deleted.
    case groupClosed
    /// The leader has applied the command at the index; this member had not within the time.
    case appliedElsewhere(LogIndex)
    /// The change of members cannot be made.
    case changeRefused(ChangeRefusal)
    /// The member stopped leading while the change was in its log; the next leader may carry it on.
    case leadershipLost
    /// The member that was to lead did not take over in time.
    case transferFailed(to: MemberID)

    init(_ refusal: Refusal) {
        switch refusal {
        case .notLeader(let hint): self = .notLeader(hint: hint)
        case .transferring(let target): self = .notLeader(hint: target)
        case .tooManyUncommitted, .tooManyReads: self = .overloaded
        case .change(let refusal): self = .changeRefused(refusal)
        case .storageFull: self = .storageFull
        case .storageFailed: self = .storageFailed(LogDeviceError(.failed, "the log failed"))
        }
    }
}

/// What became of a proposed command.
package enum ProposalOutcome<Output: Sendable>: Sendable {
    /// Committed and applied at the index, with what the state machine answered.
    case committed(LogIndex, Output)
    /// Not applied, and it never will be.
    case rejected(RequestFailure)
    /// In the log, so it may have been or may yet be applied.
    case unknown(RequestFailure)
}

/// What became of a read or a wait: the applied index, or why not.
package typealias ReadOutcome = Result<LogIndex, RequestFailure>

// How failures travel between members.
extension RequestFailure {
    init(_ failure: ForwardedFailure) {
        switch failure {
        case .notLeader(let hint): self = .notLeader(hint: hint)
        case .overloaded: self = .overloaded
        case .tooLarge: self = .tooLarge
        case .storageFull: self = .storageFull
        case .storageFailed:
            self = .storageFailed(LogDeviceError(.failed, "the disk of the leader failed"))
        case .timedOut: self = .timedOut
        case .shuttingDown: self = .notLeader(hint: nil)
        }
    }

    /// The same for another member.
    var forwarded: ForwardedFailure {
        switch self {
        case .notLeader(let hint): .notLeader(hint: hint)
        case .overloaded: .overloaded
        case .tooLarge: .tooLarge
        case .storageFull: .storageFull
        case .storageFailed: .storageFailed
        case .timedOut, .cancelled, .appliedElsewhere: .timedOut
        case .shuttingDown, .groupClosed, .changeRefused, .leadershipLost, .transferFailed,
            .applicationHalted:
            .shuttingDown
        }
    }
}
