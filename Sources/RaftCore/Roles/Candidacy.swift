/// What a candidate knows.
struct Candidacy: Hashable, Sendable {
    /// The write of term and vote; the candidate's own vote counts once it is durable.
    let ownVote: WriteSequence
    /// Whether the former leader asked for the election.
    let isTransfer: Bool
    /// Whether the other voters were asked.
    var hasAsked = false
    var votes = Votes()
}

/// What a member knows that asks whether it should start an election (thesis §9.6).
///
/// It is no role: term, vote and leader stay as they are until a quorum agrees.
struct PreVote: Hashable, Sendable {
    var votes = Votes()
}

/// Who granted a vote, in ascending order: voters are counted, not messages.
struct Votes: Hashable, Sendable {
    private(set) var members: [MemberID] = []

    /// Notes a vote; a second one of the same member changes nothing.
    mutating func count(_ voter: MemberID) {
        guard !members.contains(voter) else { return }
        members.append(voter)
        members.sort()
    }

    func contains(_ member: MemberID) -> Bool { members.contains(member) }
}
