import RaftCore

/// How far the members of a group are in step with those of the group that they follow.
struct FollowedMembers {
    /// How long after one step the next is tried, if nothing else happens.
    static let pause = Duration.milliseconds(100)

    /// Whose members are followed; nil for a group of its own.
    let group: GroupID?
    /// The configurations that were found to be in step.
    var inStep: (wanted: Configuration, own: Configuration)?
    /// The step that was proposed last.
    var token: ProposalToken?
    /// When the next one may be tried.
    var retriesAt: Instant?

    func areInStep(_ wanted: Configuration, _ own: Configuration) -> Bool {
        inStep.map { $0.wanted == wanted && $0.own == own } ?? false
    }
}
