/// What a leader knows about one other member.
struct MemberProgress: Hashable, Sendable {
    enum Mode: Hashable, Sendable {
        /// It is not known where the logs agree: one message at a time.
        case probing(isWaiting: Bool)
        /// The logs agree up to `next`: as many messages as the window allows.
        case replicating
        /// The member needs entries that the leader's log no longer has.
        case snapshot(SnapshotTransfer)
    }

    let member: MemberID
    private(set) var mode = Mode.probing(isWaiting: false)
    /// The last entry that is durable on the member and agrees with the leader's.
    private(set) var matched = LogIndex.zero
    /// The first entry that was not sent.
    private(set) var next: LogIndex
    private(set) var window = InflightWindow()
    /// The last round that the member echoed.
    private(set) var echoed = ReadRound.zero
    /// The commit index the member was told last.
    private(set) var toldCommit = LogIndex.zero
    /// How a learner that is to be promoted keeps up; nil until it is measured.
    var catchUp: CatchUp?

    init(member: MemberID, next: LogIndex) {
        self.member = member
        self.next = next
    }

    var isReplicating: Bool { mode == .replicating }

    var transfer: SnapshotTransfer? {
        if case .snapshot(let transfer) = mode { transfer } else { nil }
    }

    /// Whether entries may be sent now.
    func maySend(_ options: RaftOptions) -> Bool {
        switch mode {
        case .probing(let isWaiting): !isWaiting
        case .replicating: !window.isFull(options)
        case .snapshot: false
        }
    }

    /// Notes that entries were sent.
    mutating func sent(through last: LogIndex, byteCount: Int) {
        switch mode {
        case .probing: mode = .probing(isWaiting: true)
        case .replicating:
            window.add(through: last, byteCount: byteCount)
            next = last.successor
        case .snapshot: preconditionFailure("no entries are sent beside a snapshot")
        }
    }

    mutating func tell(commit: LogIndex) { toldCommit = max(toldCommit, commit) }

    mutating func echo(_ round: ReadRound) { echoed = max(echoed, round) }

    /// Takes in how far the logs agree.
    mutating func accepted(durable: LogIndex, validated: LogIndex) {
        matched = max(matched, durable)
        next = max(next, matched.successor)
        window.free(through: matched)
        switch mode {
        case .probing:
            // An answer to a message that was overtaken says nothing about the one in flight.
            guard validated.successor >= next else { break }
            mode = .replicating
            next = validated.successor
        case .replicating: next = max(next, validated.successor)
        case .snapshot(let transfer):
            guard matched >= transfer.position.index else { break }
            probe(from: matched.successor)
        }
    }

    /// Takes in that the logs do not agree at an index, unless that is old news.
    mutating func rejected(previous: LogIndex, agreed: LogIndex) {
        switch mode {
        case .probing: guard previous == next.predecessor else { return }
        case .replicating: guard previous > matched, previous < next else { return }
        case .snapshot: return
        }
        probe(from: max(matched, min(agreed, previous.predecessor)).successor)
    }

    /// Starts over at an index, with nothing in flight.
    mutating func probe(from index: LogIndex) {
        precondition(index > matched, "what a member has is not sent again")
        mode = .probing(isWaiting: false)
        next = index
        window.removeAll()
    }

    /// Begins or goes on to send a snapshot.
    mutating func send(_ transfer: SnapshotTransfer) {
        mode = .snapshot(transfer)
        window.removeAll()
    }
}

/// A learner's race to the end of the log (thesis §4.2.1).
struct CatchUp: Hashable, Sendable {
    /// The end of the log when the round began.
    let target: LogIndex
    let start: Instant
}
