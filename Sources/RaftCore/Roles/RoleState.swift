/// What a server remembers only as long as it keeps its role.
enum RoleState: Hashable, Sendable {
    case follower
    case candidate(Candidacy)
    case leader(Leadership)
}

/// What a candidate knows.
struct Candidacy: Hashable, Sendable {
    /// The write of term and vote; the candidate's own vote counts once it is durable.
    let ownVote: WriteSequence
    /// Who granted a vote, in ascending order: voters are counted, not messages.
    private(set) var votes: [MemberID] = []

    init(ownVote: WriteSequence) {
        self.ownVote = ownVote
    }

    /// Notes a vote; a second one of the same member changes nothing.
    mutating func count(_ voter: MemberID) {
        guard !votes.contains(voter) else { return }
        votes.append(voter)
        votes.sort()
    }
}

/// What a leader knows.
struct Leadership: Hashable, Sendable {
    /// The leader's first entry; nothing is committed or read before it is committed.
    let firstIndex: LogIndex
    var reads = ReadQueue()
}
