package import RaftCore

/// A change of a group's members or of its leader.
final class ControlRequest: Request, @unchecked Sendable {
    enum Kind: Sendable {
        /// Done when a configuration that is not joint is committed.
        case change(MembershipChange, expecting: LogIndex?)
        /// Done when another member leads.
        case transfer(to: MemberID?)
    }

    let kind: Kind
    private let completion: Completion<ControlOutcome>

    init(
        _ kind: Kind, slot: GroupSlot, ticket: Ticket, timeout: Duration,
        completion: Completion<ControlOutcome>
    ) {
        self.kind = kind
        self.completion = completion
        super.init(slot: slot, ticket: ticket, timeout: timeout)
    }

    override func answer(_ failure: RequestFailure) { completion.complete(.failure(failure)) }

    func succeed(at index: LogIndex) { completion.complete(.success(index)) }
}

/// What became of a change: the index of the configuration, or where the log stood; or why not.
///
/// A change that failed for lack of time may happen yet.
package typealias ControlOutcome = Result<LogIndex, RequestFailure>
