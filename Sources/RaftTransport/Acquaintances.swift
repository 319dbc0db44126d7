import RaftCore

/// What is remembered of others: of each member that the owner named, and of those strangers that were
/// heard last.
///
/// A stranger wants to join, was removed and does not know it, or has no business here at all: one
/// certificate fits every incarnation of its node, so that their number must have a limit.
struct Acquaintances {
    /// What is remembered of one.
    struct Peer {
        /// Where it says that it listens.
        var address: PeerAddress?
        var statistics = PeerStatistics()
        /// Orders strangers by when they were heard last.
        fileprivate var lastHearing: UInt64 = 0
    }

    let strangersMaximum: Int
    private(set) var peers: [MemberID: Peer] = [:]
    private var members: Set<MemberID> = []
    private var hearingCount: UInt64 = 0

    init(strangersMaximum: Int) {
        precondition(strangersMaximum > 0, "whoever wants to join is a stranger first")
        self.strangersMaximum = strangersMaximum
    }

    /// Makes the acquaintance of somebody, unless it was made before.
    ///
    /// - Returns: Who is forgotten for it.
    mutating func meet(_ id: MemberID) -> [MemberID] {
        guard !hear(id, { _ in }) else { return [] }
        peers[id] = Peer()
        hear(id) { _ in }
        return forgetStrangers()
    }

    /// Takes note of what is heard of somebody; false if nothing is known of that one.
    @discardableResult
    mutating func hear(_ id: MemberID, _ change: (inout Peer) -> Void) -> Bool {
        guard var peer = peers[id] else { return false }
        hearingCount += 1
        peer.lastHearing = hearingCount
        change(&peer)
        peers[id] = peer
        return true
    }

    /// Names those that are never forgotten.
    ///
    /// - Returns: Who was a member, and is forgotten.
    mutating func setMembers(_ members: Set<MemberID>) -> [MemberID] {
        self.members = members
        return forgetStrangers()
    }

    /// Forgets those that were not heard for longest, as long as there are too many.
    private mutating func forgetStrangers() -> [MemberID] {
        let strangers = peers.filter { !members.contains($0.key) }
            .sorted { $0.value.lastHearing < $1.value.lastHearing }
        let forgotten = strangers.dropLast(strangersMaximum).map(\.key)
        for id in forgotten { peers[id] = nil }
        return forgotten
    }
}
