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

    /// The most voters a configuration may have, counted for each of the two sets.
    public static let votersMaximum = 9
    /// The most members in all.
    public static let membersMaximum = 64

    /// A configuration without any member: that of a server which has yet to hear of its group.
    public static let empty = Configuration(voters: [])

    /// Joins three lists in any order.
    ///
    /// - Precondition: ``isValid(voters:outgoing:learners:)``.
    public init(voters: [MemberID], outgoing: [MemberID] = [], learners: [MemberID] = []) {
        let lists = (voters.sorted(), outgoing.sorted(), learners.sorted())
        precondition(
            Self.isValid(voters: lists.0, outgoing: lists.1, learners: lists.2),
            "a configuration needs at most \(Self.votersMaximum) voters in each set, at most "
                + "\(Self.membersMaximum) members, and each in one role only")
        (self.voters, self.outgoing, self.learners) = lists
    }

    /// Whether sorted lists make a configuration: within the limits, no duplicates, no learner that
    /// also votes, and no outgoing voters without incoming ones.
    public static func isValid(
        voters: [MemberID], outgoing: [MemberID], learners: [MemberID]
    ) -> Bool {
        guard voters.count <= votersMaximum, outgoing.count <= votersMaximum else { return false }
        guard voters.count + outgoing.count + learners.count <= membersMaximum else { return false }
        guard !voters.isEmpty || (outgoing.isEmpty && learners.isEmpty) else { return false }
        guard isAscending(voters), isAscending(outgoing), isAscending(learners) else {
            return false
        }
        return !learners.contains { voters.contains($0) || outgoing.contains($0) }
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
