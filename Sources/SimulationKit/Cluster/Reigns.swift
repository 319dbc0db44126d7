import RaftCore

/// Since when each store of a healed cluster has had its leader.
struct Reigns {
    private struct Reign {
        let member: Int
        let term: Term
        let start: UInt64
    }

    private var reigns: [GroupID: Reign] = [:]
    private var calmSince: UInt64?

    /// Nothing fails from now on.
    mutating func beginCalm(at now: UInt64) {
        calmSince = now
        reigns = [:]
    }

    /// Since when a member has led and nothing has failed, in nanoseconds; nil if either is not so.
    mutating func calmSince(
        of member: Int, isLeader: Bool, term: Term, in group: GroupID, now: UInt64
    ) -> UInt64? {
        guard let calmSince, isLeader else { return nil }
        if reigns[group].map({ $0.term < term }) ?? true {
            reigns[group] = Reign(member: member, term: term, start: now)
        }
        guard let reign = reigns[group], reign.term == term, reign.member == member else {
            return nil
        }
        return max(reign.start, calmSince)
    }
}
