import KhepriTree
import RaftCore

/// When each lease ends of which the leader hears no more, for as long as one member leads.
///
/// A lease gets its whole time whenever its holder was heard, and when another member begins to lead:
/// too long, never too short. A time begins with the first look at the clock after the event that it
/// counts from, so it never begins too early. Which leases there are says the state alone.
struct LeaderLeases {
    /// How many leases end at once; the others follow at the next look.
    static let endingMaximum = 1_000

    /// The term that this is about, nil while the member does not lead.
    private var term: Term?
    private var deadlines: [SessionID: Instant] = [:]
    /// Those that get their whole time from the next look at the clock on.
    private var renewed: [SessionID] = []
    /// Those whose end is in the log or on its way there: no word of their holders helps any more.
    private var ending: Set<SessionID> = []
    /// No deadline is earlier.
    private var earliest: Instant?

    /// When to look at the clock, nil if there is no need to.
    var nextDeadline: Instant? { renewed.isEmpty ? earliest : .zero }

    /// Gives a lease its whole time, unless it is too late.
    mutating func renew(_ id: SessionID) -> Bool {
        guard !ending.contains(id) else { return false }
        if term != nil { renewed.append(id) }
        return true
    }

    /// Looks at the clock.
    ///
    /// - Returns: The leases to be ended by this leader; ``endFailed(_:in:)`` takes one back.
    mutating func takeExpired(
        of leases: LeaseTable, at now: Instant, leading term: Term?
    ) -> [SessionID] {
        if term != self.term { begin(term, leases) }
        for id in renewed { setDeadline(of: id, leases, now) }
        renewed.removeAll()
        guard let earliest, earliest <= now else { return [] }
        let expired = deadlines.filter { $0.value <= now }.keys.sorted()
            .prefix(Self.endingMaximum)
        for id in expired {
            deadlines[id] = nil
            if leases.contains(id) { ending.insert(id) }
        }
        self.earliest = deadlines.values.min()
        return expired.filter(leases.contains)
    }

    /// Notes that the end of a lease was not put into the log of a term, and never will be.
    mutating func endFailed(_ id: SessionID, in term: Term) {
        guard term == self.term else { return }
        ending.remove(id)
        renewed.append(id)
    }

    /// Notes a command that was applied.
    mutating func note(_ command: LeaseCommand, _ leases: LeaseTable) {
        switch command {
        case .grant(let id, _): _ = renew(id)
        case .revoke(let id), .expire(let id, _):
            // One of another term ends nothing, and then this leader's own may be on its way.
            if !leases.contains(id) { ending.remove(id) }
        }
    }

    private mutating func begin(_ term: Term?, _ leases: LeaseTable) {
        self = LeaderLeases()
        self.term = term
        if term != nil { renewed = leases.sorted.map(\.id) }
    }

    private mutating func setDeadline(of id: SessionID, _ leases: LeaseTable, _ now: Instant) {
        guard let milliseconds = leases.milliseconds(of: id), !ending.contains(id) else { return }
        let deadline = now.advanced(by: .milliseconds(milliseconds))
        deadlines[id] = deadline
        earliest = min(earliest ?? deadline, deadline)
    }
}
