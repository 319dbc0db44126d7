import RaftCore
import RaftRuntime

/// Where members say that they listen.
final class AddressBook: Sendable {
    /// How many members are remembered: as many as a group may have, and those that join.
    static let membersMaximum = 128

    private struct State {
        var own: PeerAddress?
        var told: [MemberID: PeerAddress] = [:]
        var onNews: (@Sendable (MemberID, PeerAddress) -> Void)?
    }

    private let state: Lock<State>

    init(own: PeerAddress?) {
        state = Lock(State(own: own))
    }

    /// Where others find this host, once that is known.
    var own: PeerAddress? { state.withLock { $0.own } }

    func setOwn(_ address: PeerAddress) { state.withLock { $0.own = address } }

    /// Names the only one who is told of each address that a greeting brings.
    func onNews(_ body: @escaping @Sendable (MemberID, PeerAddress) -> Void) {
        state.withLock { $0.onNews = body }
    }

    func address(of member: MemberID) -> PeerAddress? { state.withLock { $0.told[member] } }

    /// Takes note of an address; strangers beyond the limit are not remembered.
    func learn(_ address: PeerAddress, of member: MemberID) {
        let onNews: (@Sendable (MemberID, PeerAddress) -> Void)? = state.withLock { state in
            let hasRoom = state.told.count < Self.membersMaximum
            guard hasRoom || state.told[member] != nil else { return nil }
            state.told[member] = address
            return state.onNews
        }
        onNews?(member, address)
    }
}
