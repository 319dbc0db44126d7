import RaftCore

/// Notes each event of a run, as a digest and, if wanted, as text.
struct ClusterTrace {
    enum Kind: UInt64 {
        case delivered, lost, drained, called, answered, fault, repair, refused, tended, kept,
            watched, begun, transacted, leased
    }

    private(set) var eventCount = 0
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var text = ""
    private let isKept: Bool

    init(isKept: Bool) { self.isKept = isKept }

    /// Adds words on what an event led to.
    mutating func remark(_ time: Instant, _ words: @autoclosure () -> String) {
        guard isKept else { return }
        text += "\(time.nanoseconds / 1_000) - \(words())\n"
    }

    /// - Parameters:
    ///   - subject: The member or client it happened to.
    ///   - detail: What else tells it from others of its kind.
    mutating func note(
        _ kind: Kind, _ time: Instant, _ subject: Int, _ detail: UInt64, _ words: String = ""
    ) {
        eventCount += 1
        for number in [kind.rawValue, time.nanoseconds, UInt64(bitPattern: Int64(subject)), detail]
        {
            digest = (digest ^ number) &* 0x0000_0100_0000_01B3
            digest ^= digest >> 29
        }
        guard isKept else { return }
        text += "\(time.nanoseconds / 1_000) \(kind) \(subject) \(detail) \(words)\n"
    }
}
