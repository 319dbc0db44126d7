import RaftCore

// Groups whose members follow those of another group of the host: whoever leads such a group changes
// its members step by step. It takes no more than what its host knows of the other group, so a leader
// that is behind may undo a step; a later one does it again.
extension HostRounds {
    func followMembers(_ group: GroupState) {
        guard group.following.group != nil else { return }
        // Once it is over nothing wakes the driver for it: what is waited for then is an event.
        if group.following.retriesAt.map({ $0 <= now }) == true { group.following.retriesAt = nil }
        guard group.server.role == .leader else {
            group.following.retriesAt = nil
            return
        }
        guard let lead = group.following.group.flatMap({ groupsByID[$0] }) else { return }
        let (wanted, own) = (lead.server.configuration, group.server.configuration)
        guard !group.following.areInStep(wanted, own) else { return }
        guard !wanted.isJoint, !own.isJoint, wanted != .empty else { return }
        guard group.following.retriesAt == nil else { return }
        guard let change = own.change(towards: wanted) else {
            group.following.inStep = (wanted, own)
            return
        }
        let token = ProposalToken(group.nextNumber())
        group.following.token = token
        group.following.retriesAt = now.advanced(by: FollowedMembers.pause)
        group.step(.changeMembership(change, token, expecting: nil), now: now)
    }
}

extension Configuration {
    /// The next change that brings the members nearer to those of another group; nil if they are the same.
    ///
    /// Whoever comes is added before somebody leaves. Learners that are to be promoted become voters
    /// by themselves. All leave at once: of those in between, a majority may be lost already.
    func change(towards wanted: Configuration) -> MembershipChange? {
        func votes(_ member: MemberID) -> Bool {
            wanted.voters.contains(member) || wanted.promotable.contains(member)
        }
        for member in wanted.allMembers where !allMembers.contains(member) {
            return .add(
                member, promotes: votes(member), details: wanted.details(of: member))
        }
        for member in learners where !promotable.contains(member) && votes(member) {
            return .promote(member)
        }
        let leaving = allMembers.filter { !wanted.allMembers.contains($0) }
        if !leaving.isEmpty { return .removeAll(leaving) }
        for member in allMembers where details(of: member) != wanted.details(of: member) {
            return .setDetails(member, wanted.details(of: member))
        }
        for member in allMembers where priority(of: member) != wanted.priority(of: member) {
            return .setPriority(member, wanted.priority(of: member))
        }
        return nil
    }
}
