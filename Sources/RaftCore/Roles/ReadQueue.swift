/// The linearizable reads of a leader that are not yet confirmed (thesis §6.4).
///
/// A read is confirmed when a quorum has echoed a round that began after the read arrived. The rounds
/// are numbered by the leader, never by a caller, so an old echo cannot confirm a new read.
struct ReadQueue: Hashable, Sendable {
    /// Who asked.
    enum Origin: Hashable, Sendable {
        case local(ReadID)
        case member(MemberID, ForwardedRead)
    }

    struct Element: Hashable, Sendable {
        let origin: Origin
        /// The commit index when the read arrived.
        let index: LogIndex
        /// The first round that confirms the read.
        let round: ReadRound
    }

    /// More reads than this are never kept for other members.
    static let forwardedMaximum = 16_384

    /// Reads that arrived before the leader's first entry was committed.
    private(set) var early: [Origin] = []
    /// In order of arrival, so in ascending order of round.
    private(set) var waiting: [Element] = []

    var count: Int { early.count + waiting.count }

    /// Keeps a read until the leader knows what is committed (etcd #7331).
    mutating func appendEarly(_ origin: Origin) { early.append(origin) }

    /// Adds a read that a round, begun after it arrived, will confirm.
    mutating func append(_ origin: Origin, at index: LogIndex, round: ReadRound) {
        waiting.append(Element(origin: origin, index: index, round: round))
    }

    /// Moves the early reads to the waiting ones.
    mutating func releaseEarly(at index: LogIndex, round: ReadRound) {
        for origin in early { append(origin, at: index, round: round) }
        early.removeAll()
    }

    /// Takes out the reads that a round confirms.
    mutating func removeConfirmed(by round: ReadRound) -> ArraySlice<Element> {
        let confirmed = waiting.prefix { $0.round <= round }
        waiting.removeFirst(confirmed.count)
        return confirmed
    }

    /// Every read, in order of arrival.
    var all: [Origin] { waiting.map(\.origin) + early }
}
