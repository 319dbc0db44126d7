import CBOR
import KhepriTree
import RaftCore
import RaftRuntime

/// Compares the states of a store's members, through their log.
final class StateAuditor: Sendable {
    /// What the auditor needs of the store, once that is open.
    struct Outlet: Sendable {
        /// Puts a command into the log, and waits for nothing.
        let propose: @Sendable ([UInt8]) -> Void
        /// Tells people that the states of some members are not that of the majority.
        let complain: @Sendable ([MemberID]) -> Void
    }

    private struct State {
        var audit: StateAudit
        var outlet: Outlet?
        /// What this member has to say, and did not yet.
        var report: StateReport?
    }

    private let state: Lock<State>

    init(_ member: MemberID) {
        state = Lock(State(audit: StateAudit(member)))
    }

    /// Says what is to be said from now on.
    func begin(_ outlet: Outlet) {
        state.withLock { $0.outlet = outlet }
        send()
    }

    /// Notes who the members are.
    func note(_ configuration: Configuration) {
        state.withLock { $0.audit.note(configuration) }
    }

    /// Notes the state after a command; called on the driver's thread, as everything that follows.
    func note(_ hash: UInt128, at revision: Revision) {
        state.withLock { state in
            // What was not said of an earlier state is not needed any more.
            state.report = state.audit.note(hash, at: revision)
        }
    }

    /// Forgets the states before one that came in a snapshot.
    func reset() {
        state.withLock { state in
            state.audit.reset()
            state.report = nil
        }
    }

    /// Takes in what a member says.
    ///
    /// - Returns: Why this member must stop; nil if it need not.
    func take(_ report: StateReport) -> String? {
        let (finding, outlet) = state.withLock { ($0.audit.take(report), $0.outlet) }
        switch finding {
        case nil: return nil
        case .ownState(let reason): return reason
        case .others(let members):
            outlet?.complain(members)
            return nil
        }
    }

    /// Says what this member has to say.
    func send() {
        let (report, outlet) = state.withLock { state -> (StateReport?, Outlet?) in
            guard let outlet = state.outlet else { return (nil, nil) }
            return (state.report.take(), outlet)
        }
        guard let report, let outlet else { return }
        var writer = CBORWriter(capacity: 96)
        report.encode(into: &writer)
        outlet.propose(writer.finish())
    }
}
