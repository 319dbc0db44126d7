/// The members of a group and what they count for (thesis §4.3).
///
/// While `outgoing` is not empty the group is between two sets of voters, and every decision needs a
/// majority of both (joint consensus). All lists are in ascending order without duplicates, so equal
/// configurations have equal bytes.
public struct Configuration: Hashable, Sendable {
    /// Members whose agreement commits entries and elects leaders.
    public let voters: [MemberID]
    /// The voters before a change that is under way; empty otherwise.
    public let outgoing: [MemberID]
    /// Members that get every entry but count in no quorum, and that are in neither list above.
    public let learners: [MemberID]

    /// The learners that become voters once they keep up.
    public let promotable: [MemberID]
    /// The members whose priority is not zero.
    public let priorities: [Priority]

    /// How much a member is preferred as leader; a higher number wins.
    public struct Priority: Hashable, Sendable {
        /// Whose.
        public let member: MemberID
        /// How much; never zero.
        public let value: Int

        /// Joins the parts.
        public init(member: MemberID, value: Int) {
            self.member = member
            self.value = value
        }
    }

    /// What the members' hosts say of themselves, for those that said something.
    public let details: [Details]

    /// What a member's host says of itself, such as its name and addresses; never looked into here.
    public struct Details: Hashable, Sendable {
        /// Whose.
        public let member: MemberID
        /// What; not empty, at most ``bytesMaximum``.
        public let bytes: [UInt8]

        /// The most bytes a member may say.
        public static let bytesMaximum = 1024

        /// Joins the parts.
        public init(member: MemberID, bytes: [UInt8]) {
            self.member = member
            self.bytes = bytes
        }
    }

    /// The most voters a configuration may have, counted for each of the two sets.
    public static let votersMaximum = 9
    /// The most members in all.
    public static let membersMaximum = 64

    /// A configuration without any member: that of a server which has yet to hear of its group.
    public static let empty = Configuration(voters: [])

    /// Joins lists in any order.
    ///
    /// - Precondition: The lists make a configuration, see
    ///   ``init(checking:outgoing:learners:promotable:priorities:details:)``.
    public init(
        voters: [MemberID], outgoing: [MemberID] = [], learners: [MemberID] = [],
        promotable: [MemberID] = [], priorities: [Priority] = [], details: [Details] = []
    ) {
        let checked = Configuration(
            checking: voters.sorted(), outgoing: outgoing.sorted(), learners: learners.sorted(),
            promotable: promotable.sorted(),
            priorities: priorities.sorted { $0.member < $1.member },
            details: details.sorted { $0.member < $1.member })
        guard let checked else {
            preconditionFailure(
                "a configuration needs at most \(Self.votersMaximum) voters in each set, at most "
                    + "\(Self.membersMaximum) members, and each in one role only")
        }
        self = checked
    }

    /// Joins sorted lists; nil unless they make a configuration: within the limits, no duplicates, no
    /// learner that also votes, no outgoing voters without incoming ones, and nothing said about
    /// somebody who is no member.
    public init?(
        checking voters: [MemberID], outgoing: [MemberID] = [], learners: [MemberID] = [],
        promotable: [MemberID] = [], priorities: [Priority] = [], details: [Details] = []
    ) {
        let counts = (voters.count, outgoing.count, learners.count)
        guard counts.0 <= Self.votersMaximum, counts.1 <= Self.votersMaximum else { return nil }
        guard counts.0 + counts.1 + counts.2 <= Self.membersMaximum else { return nil }
        guard !voters.isEmpty || (outgoing.isEmpty && learners.isEmpty) else { return nil }
        let lists = [
            voters, outgoing, learners, promotable, priorities.map(\.member), details.map(\.member),
        ]
        let detailSizes = 1...Details.bytesMaximum
        guard lists.allSatisfy(Self.isAscending) else { return nil }
        guard !learners.contains(where: { voters.contains($0) || outgoing.contains($0) }),
            promotable.allSatisfy(learners.contains), priorities.allSatisfy({ $0.value != 0 }),
            priorities.allSatisfy({ (voters + outgoing + learners).contains($0.member) }),
            details.allSatisfy({ (voters + outgoing + learners).contains($0.member) }),
            details.allSatisfy({ detailSizes.contains($0.bytes.count) })
        else { return nil }
        (self.voters, self.outgoing, self.learners) = (voters, outgoing, learners)
        (self.promotable, self.priorities, self.details) = (promotable, priorities, details)
    }

    /// Whether a member's agreement counts.
    public func isVoter(_ member: MemberID) -> Bool {
        voters.contains(member) || outgoing.contains(member)
    }

    /// Whether a member needs nobody else to decide anything.
    public func isSoleVoter(_ member: MemberID) -> Bool {
        voters.count == 1 && voters[0] == member && outgoing.allSatisfy { $0 == member }
    }

    private static func isAscending(_ members: [MemberID]) -> Bool {
        zip(members, members.dropFirst()).allSatisfy { $0 < $1 }
    }
}
