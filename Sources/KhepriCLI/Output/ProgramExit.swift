import Khepri
import RaftTransport

/// How the program ends: a code that scripts rely on, and a sentence on the standard error.
struct ProgramExit: Error {
    var code: Code
    var message: String?

    /// The exit codes of `khepri`; one that runs a command of the user's ends with the code of that.
    struct Code: RawRepresentable, Hashable {
        var rawValue: Int32

        static let done = Code(rawValue: 0)
        static let notFound = Code(rawValue: 1)
        static let usage = Code(rawValue: 2)
        static let unreachable = Code(rawValue: 3)
        static let refused = Code(rawValue: 4)
        static let fault = Code(rawValue: 5)
        static let outcomeUnknown = Code(rawValue: 6)
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
        case .overloaded, .storageFull, .notLeader, .compacted, .alreadyExists, .leaseEnded:
            return .refused
        case .timeout, .cancelled: return .outcomeUnknown
        default: return .fault
        }
    }
}
