/// What a member remembers about the leaders it has heard.
struct Following: Hashable, Sendable {
    /// How far the leader of this term has confirmed the log; the rest may be overruled.
    ///
    /// What is durable beyond it is not acknowledged: an entry of an older leader that reaches the disk
    /// late says nothing to a newer leader.
    private(set) var validatedIndex: LogIndex
    /// The last round heard in this term.
    private(set) var round = ReadRound.zero
    /// Whether the leader waits for an answer.
    private(set) var owesReply = false
    /// The last index acknowledged in this term.
    private(set) var acknowledged = LogIndex.zero
    /// When a leader was last heard, or the server started.
    ///
    /// Until an election timeout later no vote is given to anybody else (thesis §4.2.3). A start counts
    /// because a leader may hold a lease on a promise from before.
    var leaderContact: Instant
    var preVote: PreVote?
    /// A vote that is given but not durable.
    var vote: PendingVote?
    /// Reads that wait for the leader's answer, in the order they were asked.
    var reads: [WaitingRead] = []

    struct PendingVote: Hashable, Sendable {
        let candidate: MemberID
        let write: WriteSequence
    }

    struct WaitingRead: Hashable, Sendable {
        let read: ReadID
        let number: ForwardedRead
        let deadline: Instant
    }

    init(validatedIndex: LogIndex, now: Instant) {
        self.validatedIndex = validatedIndex
        leaderContact = now
    }

    /// Forgets what was said in an earlier term.
    mutating func enterTerm(commitIndex: LogIndex) {
        validatedIndex = commitIndex
        round = .zero
        owesReply = false
        acknowledged = .zero
        preVote = nil
        vote = nil
    }

    mutating func validate(through index: LogIndex) {
        validatedIndex = max(validatedIndex, index)
    }

    /// Notes a message of the leader; a new round wants an answer at once.
    mutating func hear(_ round: ReadRound) {
        guard round > self.round else { return }
        self.round = round
        owesReply = true
    }

    mutating func oweReply() { owesReply = true }

    /// Notes that an answer was sent.
    mutating func replied(acknowledging index: LogIndex?) {
        owesReply = false
        if let index { acknowledged = max(acknowledged, index) }
    }
}
