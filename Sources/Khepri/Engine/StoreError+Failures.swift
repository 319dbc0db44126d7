package import KhepriTree
import RaftCore
import RaftRuntime

// Failures of the parts below, as errors of the store.
extension StoreError {
    /// The error a caller sees for an operation that changed nothing, or of which no more is known.
    ///
    /// A command of an expired session that was sent only once is sent again without one, so what a
    /// caller sees is about one that may have been applied while the session was known.
    package init(_ error: OperationError) {
        let code: Code
        switch error.code {
        case .nodeNotFound: code = .nodeNotFound
        case .mismatchingNode: code = .conditionFailed
        case .keepWhileConditionsNotMet: code = .keepWhileConditionFailed
        case .patternMatchesManyNodes: code = .patternMatchesManyNodes
        case .readOnlyTransaction, .invalidOperation: code = .invalidOperation
        case .invalidPath: code = .invalidPath
        case .aborted: code = .aborted
        case .sessionExpired: code = .sessionExpired
        case .tooManySessions: code = .overloaded
        case .resultUnavailable: code = .resultUnavailable
        case .conflict: code = .conflict
        }
        self.init(
            code, error.message, path: error.path, cause: error,
            mayHaveBeenApplied: code == .resultUnavailable || code == .sessionExpired)
    }

    /// The error a caller sees for a request that was not carried out.
    init(_ failure: RequestFailure, mayHaveBeenApplied: Bool) {
        let code: Code
        let message: String
        switch failure {
        case .notLeader(nil):
            (code, message) = (
                .noQuorum, "no leader is known: fewer than half of the members can be reached"
            )
        case .notLeader: (code, message) = (.notLeader, "another member leads the store")
        case .overloaded:
            (code, message) = (
                .overloaded, "too much is under way: wait for some of it and try again"
            )
        case .tooLarge: (code, message) = (.invalidOperation, "the command is over 16 MiB")
        case .storageFull:
            (code, message) = (.storageFull, "the disk is full: reads and deletes go on")
        case .storageFailed(let error):
            let place = error.path.map { "\($0): " } ?? ""
            (code, message) = (
                .storageFailed, "the disk failed and the store stopped: \(place)\(error.message)"
            )
        case .applicationHalted(let halt):
            let place = "entry \(halt.index.rawValue) of the log"
            switch halt.reason {
            case .newerVersion:
                (code, message) = (
                    .newerFormat,
                    "\(place) is of a newer version of Khepri, and this member stopped before it: "
                        + halt.message
                )
            case .divergence:
                (code, message) = (
                    .diverged,
                    "\(halt.message), by \(place), and this member stopped: let it join anew with an "
                        + "empty directory"
                )
            }
        case .timedOut: (code, message) = (.timeout, "no answer within the timeout")
        case .cancelled: (code, message) = (.cancelled, "the task was cancelled")
        case .shuttingDown: (code, message) = (.closed, "the store is closed")
        case .groupClosed: (code, message) = (.storeNotFound, "the store was deleted")
        case .appliedElsewhere(let index):
            (code, message) = (
                .appliedElsewhere,
                "the leader applied the write at revision \(index.rawValue), and this member has "
                    + "not yet"
            )
        case .changeRefused(.underWay):
            (code, message) = (.overloaded, "another change of members is under way")
        case .changeRefused(let refusal):
            (code, message) = (.invalidOperation, "the members cannot be changed: \(refusal)")
        case .leadershipLost:
            (code, message) = (
                .timeout, "another member leads now, and may carry the change on"
            )
        case .transferFailed:
            (code, message) = (.timeout, "the member that was to lead did not take over")
        }
        self.init(code, message, cause: failure, mayHaveBeenApplied: mayHaveBeenApplied)
    }

    /// The error a caller sees for a directory that cannot be opened.
    ///
    /// - Parameter isMember: Whether other members could repair it.
    init(opening directory: String, _ error: LogDeviceError, isMember: Bool = false) {
        let code: Code
        switch error.code {
        case .locked: code = .locked
        case .newerFormat: code = .newerFormat
        case .corrupt: code = .corrupt
        case .full: code = .storageFull
        case .failed, .poisoned: code = .storageFailed
        case .permission, .invalid: code = .cannotOpen
        case .occupied: code = .alreadyExists
        }
        let place = error.path ?? directory
        let advice =
            code == .corrupt && isMember
            ? ": to have it repaired by the other members, open it with repairsDamage and an "
                + "invitation (khepri serve --repair --join URL)"
            : ""
        self.init(code, "\(place): \(error.message)\(advice)", cause: error)
    }
}
