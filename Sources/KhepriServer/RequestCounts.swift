import HTTPTypes
import Synchronization

/// Counts the answers by the class of their status.
final class RequestCounts: Sendable {
    private let successes = Atomic<UInt64>(0)
    private let redirections = Atomic<UInt64>(0)
    private let refusals = Atomic<UInt64>(0)
    private let failures = Atomic<UInt64>(0)

    func note(_ status: HTTPResponse.Status) {
        switch status.kind {
        case .redirection: redirections.add(1, ordering: .relaxed)
        case .clientError: refusals.add(1, ordering: .relaxed)
        case .serverError: failures.add(1, ordering: .relaxed)
        default: successes.add(1, ordering: .relaxed)
        }
    }

    var byStatus: [(String, UInt64)] {
        [
            ("2xx", successes.load(ordering: .relaxed)),
            ("3xx", redirections.load(ordering: .relaxed)),
            ("4xx", refusals.load(ordering: .relaxed)),
            ("5xx", failures.load(ordering: .relaxed)),
        ]
    }
}
