import KhepriTree
import RaftCore
import RaftRuntime

/// The leases that this member's callers hold in a store.
final class HeldLeases: Sendable {
    /// How far apart two looks at all leases are at least.
    private static let grain = Duration.milliseconds(20)

    private struct State {
        var leases: [SessionID: HeldLease] = [:]
        /// Nothing is to be done for any of them before.
        var nextLook: Instant?
        var isClosed = false
    }

    private let state = Lock(State())

    /// When to look at the clock.
    var nextDeadline: Instant? { state.withLock { $0.nextLook } }

    /// Takes a lease on; to be called on the driver's thread, which asks for ``nextDeadline`` later.
    func add(_ lease: HeldLease) {
        let isClosed = state.withLock { state in
            if !state.isClosed {
                state.leases[lease.id] = lease
                state.nextLook = .zero
            }
            return state.isClosed
        }
        if isClosed { lease.finish() }
    }

    /// Lets go of a lease, which its holder does not want any more.
    func remove(_ lease: HeldLease) {
        _ = state.withLock { $0.leases.removeValue(forKey: lease.id) }
        lease.finish()
    }

    /// Ends all of them for their holders.
    func close() {
        let leases = state.withLock { state in
            state.isClosed = true
            state.nextLook = nil
            defer { state.leases = [:] }
            return state.leases.values.sorted { $0.id < $1.id }
        }
        for lease in leases { lease.finish() }
    }

    /// The leases of which the leader is to be told now that their holders are there; ends what is over.
    func takeSpeakers(at now: Instant) -> [HeldLease] {
        let (speakers, stopping) = state.withLock { state -> ([HeldLease], [HeldLease]) in
            guard let look = state.nextLook, look <= now else { return ([], []) }
            var (speakers, stopping): ([HeldLease], [HeldLease]) = ([], [])
            var next: Instant?
            for lease in state.leases.values {
                switch lease.takeStep(at: now) {
                case .wait: break
                case .speak: speakers.append(lease)
                case .stop: stopping.append(lease)
                }
                guard let deadline = lease.nextDeadline else { continue }
                next = min(next ?? deadline, deadline)
            }
            for lease in stopping { state.leases[lease.id] = nil }
            state.nextLook = next.map { max($0, now.advanced(by: Self.grain)) }
            return (speakers, stopping)
        }
        for lease in stopping.sorted(by: { $0.id < $1.id }) { lease.finish() }
        return speakers.sorted { $0.id < $1.id }
    }

    /// Has the leases looked at not later than an instant.
    func lookAgain(by instant: Instant) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.nextLook = min(state.nextLook ?? instant, instant)
        }
    }
}
