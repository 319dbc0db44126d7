/// One change of a group's members.
public enum MembershipChange: Hashable, Sendable {
    /// Add a learner; with `promotes` it becomes a voter by itself once it keeps up.
    ///
    /// No voter is ever added at once: one that cannot be reached could stop the group.
    ///
    /// With `details`, its host says so much of itself.
    case add(MemberID, promotes: Bool, details: [UInt8] = [])
    /// Make a learner a voter once it keeps up.
    case promote(MemberID)
    /// Remove members, all at once: what is needed is a majority of those there were and one of
    /// those that stay, never one in between.
    case removeAll([MemberID])
    /// Prefer a voter as leader to those with lower numbers; zero at first.
    case setPriority(MemberID, Int)
    /// Note what a member's host says of itself; nothing removes it.
    case setDetails(MemberID, [UInt8])

    /// Remove a member.
    public static func remove(_ member: MemberID) -> MembershipChange { .removeAll([member]) }
}

/// Why a change of members cannot be made.
public enum ChangeRefusal: String, Error, Hashable, Sendable {
    /// Another change is not finished, or the leader has yet to commit an entry of its term.
    case underWay
    /// The configuration in force is not the expected one.
    case unexpectedConfiguration
    /// There is no such member, or no such learner.
    case notMember
    /// The member is there already.
    case alreadyMember
    /// The last voter cannot be removed.
    case lastVoter
    /// The configuration would have more members or voters than allowed.
    case tooManyMembers
    /// A member's host says too much of itself.
    case detailsTooLong
}

extension Configuration {
    /// Whether a change of voters is under way.
    public var isJoint: Bool { !outgoing.isEmpty }

    /// Everybody whose agreement counts, in ascending order.
    public var allVoters: [MemberID] {
        (voters + outgoing.filter { !voters.contains($0) }).sorted()
    }

    /// Everybody who gets entries, in ascending order.
    public var allMembers: [MemberID] { (allVoters + learners).sorted() }

    /// How much a member is preferred as leader.
    public func priority(of member: MemberID) -> Int {
        priorities.first { $0.member == member }?.value ?? 0
    }

    /// What a member's host says of itself; empty if it said nothing.
    public func details(of member: MemberID) -> [UInt8] {
        details.first { $0.member == member }?.bytes ?? []
    }

    /// The configuration that begins a change: joint if the voters change, else the final one.
    ///
    /// - Precondition: No change is under way.
    func applying(_ change: MembershipChange) -> Result<Configuration, ChangeRefusal> {
        precondition(!isJoint, "one change at a time")
        switch change {
        case .add(let member, let promotes, let details):
            guard !allMembers.contains(member) else { return .failure(.alreadyMember) }
            guard details.count <= Details.bytesMaximum else { return .failure(.detailsTooLong) }
            return with(
                learners: learners + [member], promotable: promotable + (promotes ? [member] : []),
                details: setting(details, of: member))
        case .promote(let member):
            guard learners.contains(member) else { return .failure(.notMember) }
            guard !promotable.contains(member) else { return .success(self) }
            return with(promotable: promotable + [member])
        case .removeAll(let members):
            func stays(_ member: MemberID) -> Bool { !members.contains(member) }
            guard members.allSatisfy(allMembers.contains) else { return .failure(.notMember) }
            guard voters.contains(where: stays) else { return .failure(.lastVoter) }
            return with(
                voters: voters.filter(stays), learners: learners.filter(stays),
                promotable: promotable.filter(stays),
                priorities: priorities.filter { stays($0.member) },
                details: details.filter { isVoter($0.member) || stays($0.member) })
        case .setDetails(let member, let bytes):
            guard allMembers.contains(member) else { return .failure(.notMember) }
            guard bytes.count <= Details.bytesMaximum else { return .failure(.detailsTooLong) }
            return with(details: setting(bytes, of: member))
        case .setPriority(let member, let value):
            guard allMembers.contains(member) else { return .failure(.notMember) }
            let others = priorities.filter { $0.member != member }
            return with(
                priorities: others + (value == 0 ? [] : [Priority(member: member, value: value)]))
        }
    }

    /// The joint configuration in which a learner becomes a voter; nil if it is no longer to.
    func promoting(_ member: MemberID) -> Configuration? {
        guard !isJoint, promotable.contains(member) else { return nil }
        let next = with(
            voters: voters + [member], learners: learners.filter { $0 != member },
            promotable: promotable.filter { $0 != member })
        return try? next.get()
    }

    /// The configuration that ends a change.
    ///
    /// A voter that leaves has its details until then: its agreement may be needed, so that whoever
    /// leads must be able to reach it.
    var leavingJoint: Configuration {
        Configuration(
            voters: voters, learners: learners, promotable: promotable, priorities: priorities,
            details: details.filter { (voters + learners).contains($0.member) })
    }

    /// The configuration of a group that has lost everybody else for good.
    func reduced(to member: MemberID) -> Configuration {
        Configuration(voters: [member], details: details.filter { $0.member == member })
    }

    private func setting(_ bytes: [UInt8], of member: MemberID) -> [Details] {
        let others = details.filter { $0.member != member }
        return others + (bytes.isEmpty ? [] : [Details(member: member, bytes: bytes)])
    }

    private func with(
        voters newVoters: [MemberID]? = nil, learners: [MemberID]? = nil,
        promotable: [MemberID]? = nil, priorities: [Priority]? = nil, details: [Details]? = nil
    ) -> Result<Configuration, ChangeRefusal> {
        let isJoint = newVoters.map { $0 != voters } ?? false
        let next = Configuration(
            checking: (newVoters ?? voters).sorted(), outgoing: isJoint ? voters : [],
            learners: (learners ?? self.learners).sorted(),
            promotable: (promotable ?? self.promotable).sorted(),
            priorities: (priorities ?? self.priorities).sorted { $0.member < $1.member },
            details: (details ?? self.details).sorted { $0.member < $1.member })
        return next.map { .success($0) } ?? .failure(.tooManyMembers)
    }
}
