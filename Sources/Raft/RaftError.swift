public import RaftCore
import RaftRuntime

/// Why a host or a group did not do what it was asked to.
public struct RaftError: Error, Sendable, CustomStringConvertible {
    /// The kinds of errors; there may be more in later versions.
    public struct Code: Hashable, Sendable {
        /// The name of the kind.
        public let rawValue: String

        private init(_ rawValue: String) { self.rawValue = rawValue }

        /// No leader is known, or another one came before the request was carried through.
        public static let notLeader = Code("notLeader")
        /// Too much is under way; try again later.
        public static let overloaded = Code("overloaded")
        /// The command is larger than a command may be.
        public static let tooLarge = Code("tooLarge")
        /// The disk is full.
        public static let storageFull = Code("storageFull")
        /// The data directory cannot be opened, or was not written to; open it again.
        public static let storageFailed = Code("storageFailed")
        /// The transport cannot be started.
        public static let transportFailed = Code("transportFailed")
        /// The time was up: no quorum can be reached, or it is slow.
        public static let timedOut = Code("timedOut")
        /// The task was cancelled.
        public static let cancelled = Code("cancelled")
        /// The host is closed, or is being closed.
        public static let closed = Code("closed")
        /// The members cannot be changed like that.
        public static let changeRefused = Code("changeRefused")
        /// The group is open on this host already.
        public static let alreadyOpen = Code("alreadyOpen")
    }

    /// The kind of error.
    public let code: Code
    /// What was expected and found.
    public let message: String
    /// Whether the command may have been applied, or may yet be.
    public let mayHaveBeenApplied: Bool
    /// Who leads, if that is the reason and this member knows.
    public let leader: MemberID?

    init(
        _ code: Code, _ message: String, mayHaveBeenApplied: Bool = false, leader: MemberID? = nil
    ) {
        self.code = code
        self.message = message
        self.mayHaveBeenApplied = mayHaveBeenApplied
        self.leader = leader
    }

    /// Code, message, and whether the outcome is unknown.
    public var description: String {
        "\(code.rawValue): \(message)"
            + (mayHaveBeenApplied ? "; the command may have been applied" : "")
    }
}

extension RaftError {
    init(_ failure: RequestFailure, mayHaveBeenApplied: Bool = false) {
        var leader: MemberID?
        if case .notLeader(let hint) = failure { leader = hint }
        let (code, message) = Self.words(for: failure)
        self.init(code, message, mayHaveBeenApplied: mayHaveBeenApplied, leader: leader)
    }

    init(opening error: any Error) {
        switch error {
        case let error as RequestFailure: self.init(error)
        case let error as LogDeviceError: self.init(.storageFailed, error.message)
        case let error as RaftError: self = error
        default: self.init(.storageFailed, "the snapshot cannot be read: \(error)")
        }
    }

    init(starting error: any Error) {
        self = error as? RaftError ?? RaftError(.transportFailed, "\(error)")
    }

    private static func words(for failure: RequestFailure) -> (Code, String) {
        switch failure {
        case .notLeader: (.notLeader, "expected a leader, found none that carried it through")
        case .overloaded: (.overloaded, "too many requests are under way")
        case .tooLarge: (.tooLarge, "the command is larger than a command may be")
        case .storageFull: (.storageFull, "the disk is full")
        case .storageFailed(let error): (.storageFailed, error.message)
        case .applicationHalted(let halt):
            (
                .storageFailed,
                "entry \(halt.index.rawValue) needs a newer version: \(halt.message)"
            )
        case .timedOut: (.timedOut, "no quorum carried it through within the time")
        case .cancelled: (.cancelled, "the task was cancelled")
        case .shuttingDown: (.closed, "the host is closed")
        case .groupClosed: (.closed, "the group was deleted")
        case .appliedElsewhere(let index):
            (.timedOut, "applied as entry \(index.rawValue), but not here within the time")
        case .changeRefused(let refusal): (.changeRefused, "refused: \(refusal.rawValue)")
        case .leadershipLost:
            (.timedOut, "another member leads now, and may carry the change on")
        case .transferFailed(let member):
            (.timedOut, "member \(member.node) did not take over within the time")
        }
    }
}
