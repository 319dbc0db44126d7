import RaftCore
import RaftRuntime

/// What must hold of all members of a group, whatever happens to them.
///
/// It sees what machines apply and what clients are told, and nothing of how either came about.
final class ClusterChecks: Sendable {
    private struct Applied: Hashable {
        let number: UInt64
        let digest: UInt64
    }

    private struct State {
        var applied: [LogIndex: Applied] = [:]
        var indexes: [UInt64: LogIndex] = [:]
        var rejected: Set<UInt64> = []
        var leaders: [Term: Int] = [:]
        var failure: String?

        mutating func fail(_ message: String) { failure = failure ?? message }
    }

    private let state = Lock(State())

    /// The first thing that did not hold.
    var failure: String? { state.withLock { $0.failure } }

    func fail(_ message: String) { state.withLock { $0.fail(message) } }

    /// A member applies a command; the digest is that of its state after it.
    func noteApplied(_ index: LogIndex, number: UInt64, digest: UInt64, by member: Int) {
        state.withLock { state in
            let applied = Applied(number: number, digest: digest)
            if let known = state.applied[index], known != applied {
                state.fail("member \(member) applies something else at \(index)")
            }
            if let earlier = state.indexes[number], earlier != index {
                state.fail("command \(number) is applied at \(earlier) and \(index)")
            }
            if state.rejected.contains(number) {
                state.fail("command \(number) is applied at \(index) after it was refused")
            }
            state.applied[index] = applied
            state.indexes[number] = index
        }
    }

    /// A client is told that its command is applied.
    func noteAcknowledged(_ number: UInt64, at index: LogIndex) {
        state.withLock { state in
            guard state.applied[index]?.number == number else {
                return state.fail("command \(number) is not at \(index) as its client was told")
            }
        }
    }

    /// A client is told that its command never will be applied.
    func noteRejected(_ number: UInt64) {
        state.withLock { state in
            state.rejected.insert(number)
            guard let index = state.indexes[number] else { return }
            state.fail("command \(number) was applied at \(index) and then refused")
        }
    }

    /// Something happened in a member's group.
    func note(_ event: GroupEvent, of member: Int) {
        guard case .roleChanged(.leader, let term) = event else { return }
        state.withLock { state in
            if let other = state.leaders[term], other != member {
                state.fail("members \(other) and \(member) lead in term \(term)")
            }
            state.leaders[term] = member
        }
    }

    /// The digest that every member has in the end.
    var finalDigest: UInt64? {
        state.withLock { state in state.applied.max { $0.key < $1.key }?.value.digest }
    }
}
