/// The linearizable reads of a leader that are not yet confirmed (thesis §6.4).
///
/// A read is confirmed when a quorum has echoed a round that began after the read arrived. The rounds
/// are numbered by the leader, never by a caller, so an old echo cannot confirm a new read.
struct ReadQueue: Hashable, Sendable {
    struct Element: Hashable, Sendable {
        let read: ReadID
        /// The commit index when the read arrived.
        let index: LogIndex
        /// The first round that confirms the read.
        let round: ReadRound
    }

    /// Reads that arrived before the leader's first entry was committed.
    private(set) var early: [ReadID] = []
    /// In order of arrival, so in ascending order of round.
    private(set) var waiting: [Element] = []
    /// The last round that began.
    private(set) var lastRound = ReadRound.zero

    /// Keeps a read until the leader knows what is committed (etcd #7331).
    mutating func appendEarly(_ read: ReadID) {
        early.append(read)
    }

    /// Begins a round that will confirm a read.
    mutating func append(_ read: ReadID, at index: LogIndex) {
        lastRound = lastRound.successor
        waiting.append(Element(read: read, index: index, round: lastRound))
    }

    /// Moves the early reads to the waiting ones.
    mutating func releaseEarly(at index: LogIndex) {
        for read in early { append(read, at: index) }
        early.removeAll()
    }

    /// Takes out the reads that a round confirms.
    mutating func removeConfirmed(by round: ReadRound) -> ArraySlice<Element> {
        let confirmed = waiting.prefix { $0.round <= round }
        waiting.removeFirst(confirmed.count)
        return confirmed
    }

    /// Every read, in order of arrival.
    var all: [ReadID] { waiting.map(\.read) + early }
}
