import Synchronization

/// Whether transactions of a store have lost lately, so that it is not worth while to run one twice.
final class TransactionContention: Sendable {
    /// So many transactions after a conflict are run by the leader at once.
    static let length = 1_024

    private let left = Atomic<Int>(0)

    /// Whether a transaction that begins now should be run by the leader at once.
    var isExpected: Bool {
        guard left.load(ordering: .relaxed) > 0 else { return false }
        return left.wrappingSubtract(1, ordering: .relaxed).oldValue > 0
    }

    /// Notes that one lost.
    func noteConflict() {
        left.store(Self.length, ordering: .relaxed)
    }
}
