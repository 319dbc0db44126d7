import RaftCore
import RaftRuntime

/// What a transport knows of others, and where others find it.
final class PeerBook: Sendable {
    /// Who is told of news; called without a lock.
    struct Observer: Sendable {
        /// Somebody says where it listens.
        var learned: @Sendable (PeerAddress, MemberID) -> Void
        /// Nothing is known of them any more.
        var forgot: @Sendable ([MemberID]) -> Void
    }

    private struct State {
        var own: PeerAddress?
        var acquaintances: Acquaintances
        var observer: Observer?
    }

    private let state: Lock<State>

    init(own: PeerAddress?, strangersMaximum: Int) {
        let acquaintances = Acquaintances(strangersMaximum: strangersMaximum)
        state = Lock(State(own: own, acquaintances: acquaintances))
    }

    /// Where others find this host, once that is known.
    var own: PeerAddress? { state.withLock { $0.own } }

    func setOwn(_ address: PeerAddress) { state.withLock { $0.own = address } }

    /// Names the only one who is told.
    func setObserver(_ observer: Observer) { state.withLock { $0.observer = observer } }

    func address(of peer: MemberID) -> PeerAddress? {
        state.withLock { $0.acquaintances.peers[peer]?.address }
    }

    /// What came from each.
    var statistics: [MemberID: PeerStatistics] {
        state.withLock { $0.acquaintances.peers.mapValues(\.statistics) }
    }

    /// Names those that are never forgotten.
    func setMembers(_ members: Set<MemberID>) {
        let (forgotten, observer) = state.withLock { state in
            (state.acquaintances.setMembers(members), state.observer)
        }
        if !forgotten.isEmpty { observer?.forgot(forgotten) }
    }

    /// Takes note of a greeting.
    func note(_ hello: Hello) {
        let (forgotten, observer) = state.withLock { state in
            let forgotten = state.acquaintances.meet(hello.sender)
            state.acquaintances.hear(hello.sender) { peer in
                peer.address = hello.address ?? peer.address
            }
            return (forgotten, state.observer)
        }
        if !forgotten.isEmpty { observer?.forgot(forgotten) }
        if let address = hello.address { observer?.learned(address, hello.sender) }
    }

    /// Takes note of what came; false if it came from nobody who is known.
    func hear(_ peer: MemberID, _ change: (inout PeerStatistics) -> Void) -> Bool {
        state.withLock { $0.acquaintances.hear(peer) { change(&$0.statistics) } }
    }
}
