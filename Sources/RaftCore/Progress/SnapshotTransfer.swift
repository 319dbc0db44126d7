/// A snapshot on its way to a member: one piece at a time, each confirmed when it is durable there.
struct SnapshotTransfer: Hashable, Sendable {
    let position: LogPosition
    let configuration: Configuration
    /// What the member has on stable storage.
    var offset: UInt64 = 0
    /// When the member last made progress, or the transfer began.
    var lastProgress: Instant
    /// When a piece was last sent.
    var lastSent: Instant

    init(position: LogPosition, configuration: Configuration, now: Instant) {
        self.position = position
        self.configuration = configuration
        lastProgress = now
        lastSent = now
    }

    func chunk(round: ReadRound) -> SnapshotChunk {
        SnapshotChunk(
            position: position, configuration: configuration, offset: offset, round: round)
    }
}
