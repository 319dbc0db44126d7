/// What a leader knows.
struct Leadership: Hashable, Sendable {
    /// The leader's first entry; nothing is committed or read before it is committed.
    let firstIndex: LogIndex
    /// The other members, in ascending order.
    var peers: [MemberProgress] = []
    var rounds: Rounds
    var reads = ReadQueue()
    /// When the next heartbeat is due; nil without other members.
    var heartbeat: Instant?
    var handover = Handover()
    /// The first write that was in flight at the last heartbeat, and since when it is the first.
    var slowestWrite: SlowWrite?

    init(firstIndex: LogIndex, now: Instant) {
        self.firstIndex = firstIndex
        rounds = Rounds(now: now)
    }

    func place(of member: MemberID) -> Int? {
        peers.firstIndex { $0.member == member }
    }
}

/// A write that the disk takes its time for.
struct SlowWrite: Hashable, Sendable {
    let sequence: WriteSequence
    let since: Instant
}

/// How a leader gives its place to another member (thesis §3.10).
struct Handover: Hashable, Sendable {
    struct Attempt: Hashable, Sendable {
        let target: MemberID
        let deadline: Instant
    }

    /// The attempt under way.
    var attempt: Attempt?
    /// Whether a member was ever told to start an election; it may do so at any time after, so that
    /// its voters are not loyal and the lease is void for the rest of the term.
    var hasBegun = false
    /// The member with a higher priority that could lead.
    var preference: Preference?
    /// What was committed and confirmed at the last heartbeat: members far away are not asked for more.
    var lastBeat = Standing(commitIndex: .zero, confirmed: .zero)

    struct Standing: Hashable, Sendable {
        let commitIndex: LogIndex
        let confirmed: ReadRound
    }

    struct Preference: Hashable, Sendable {
        let member: MemberID
        /// Since when it could lead, but for short gaps.
        var since: Instant
        /// When it last could.
        var confirmed: Instant
    }
}
