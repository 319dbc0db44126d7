/// The numbered rounds in which a leader asks its followers whether it still leads.
///
/// Every message of a leader carries the last round, and every answer echoes the last one heard. When
/// a quorum has echoed a round, no other leader can have been elected before the round began.
struct Rounds: Hashable, Sendable {
    struct Start: Hashable, Sendable {
        let round: ReadRound
        let instant: Instant
    }

    /// How many starts are remembered; with more rounds than that under way, some are taken for the
    /// one before, which is older and so errs on the safe side.
    static let startsMaximum = 64

    /// The last round that began.
    private(set) var last = ReadRound.zero
    /// The last round that a quorum echoed.
    private(set) var confirmed = ReadRound.zero
    /// When the last confirmed round began: a quorum followed this leader then.
    private(set) var quorumContact: Instant
    /// When the rounds began that are not confirmed, in ascending order.
    private(set) var starts: [Start] = []

    init(now: Instant) { quorumContact = now }

    mutating func begin(now: Instant) -> ReadRound {
        last = last.successor
        if starts.count < Self.startsMaximum { starts.append(Start(round: last, instant: now)) }
        return last
    }

    /// Takes in which round a quorum has echoed.
    mutating func confirm(_ round: ReadRound) {
        guard round > confirmed else { return }
        confirmed = round
        let past = starts.prefix { $0.round <= round }
        if let latest = past.last { quorumContact = max(quorumContact, latest.instant) }
        starts.removeFirst(past.count)
    }

    #if KHEPRI_MUTANTS
    /// Claims that a quorum answered just now.
    mutating func pretendContact(now: Instant) { quorumContact = now }
    #endif
}
