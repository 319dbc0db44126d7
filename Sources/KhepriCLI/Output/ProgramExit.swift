import Khepri
import RaftTransport

/// How the program ends: a code that scripts rely on, and a sentence on the standard error.
struct ProgramExit: Error {
    var code: Code
    var message: String?

    /// The exit codes of `khepri`.
    enum Code: Int32 {
        case done = 0
        case notFound = 1
        case usage = 2
        case unreachable = 3
        case refused = 4
        case fault = 5
        case outcomeUnknown = 6
    }

    init(_ code: Code, _ message: String? = nil) {
        self.code = code
        self.message = message
    }

    /// Refuses what cannot be undone until it is confirmed.
    ///
    /// - Parameters:
    ///   - isConfirmed: Whether `--yes` was given.
    ///   - meaning: What it confirms, as it follows "say --yes".
    static func expectConfirmation(_ isConfirmed: Bool, _ meaning: String) throws {
        guard !isConfirmed else { return }
        throw ProgramExit(.refused, "this cannot be undone: say --yes \(meaning)")
    }

    /// The exit that an error of a command means; nil for what the parser of arguments threw.
    init?(_ error: any Error) {
        switch error {
        case let exit as ProgramExit: self = exit
        case let problem as CertificateProblem: self.init(.unreachable, problem.description)
        case let error as StoreError: self.init(Self.code(of: error), error.description)
        default: return nil
        }
    }

    private static func code(of error: StoreError) -> Code {
        if error.mayHaveBeenApplied { return .outcomeUnknown }
        switch error.code {
        case .nodeNotFound, .storeNotFound, .procedureNotFound, .conditionFailed,
            .keepWhileConditionFailed, .aborted:
            return .notFound
        case .invalidPath, .invalidOperation, .patternMatchesManyNodes, .valueCoding: return .usage
        case .locked, .cannotOpen, .newerFormat, .corrupt, .noQuorum: return .unreachable
        case .overloaded, .storageFull, .notLeader, .compacted, .alreadyExists: return .refused
        case .timeout, .cancelled: return .outcomeUnknown
        default: return .fault
        }
    }
}
