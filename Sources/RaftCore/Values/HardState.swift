/// What a member must never forget: its term and its vote in it (Raft figure 2).
public struct HardState: Hashable, Sendable {
    /// The latest term the member has seen.
    public var term: Term
    /// The candidate that got the member's vote in that term.
    public var vote: MemberID?

    /// Joins a term and a vote.
    public init(term: Term = .zero, vote: MemberID? = nil) {
        self.term = term
        self.vote = vote
    }
}
