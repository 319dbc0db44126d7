/// A piece of the leader's newest snapshot; the driver attaches its bytes.
public struct SnapshotChunk: Hashable, Sendable {
    /// The last entry that the snapshot includes.
    public let position: LogPosition
    /// The configuration as of that entry; it overrules whatever the follower's log says.
    public let configuration: Configuration
    /// Where the piece begins.
    public let offset: UInt64
    /// How long it is; zero in what the core asks the driver to send.
    public let byteCount: Int
    /// Whether the snapshot ends with it.
    public let isLast: Bool
    /// The leader's last round.
    public let round: ReadRound

    /// Joins the parts.
    public init(
        position: LogPosition, configuration: Configuration, offset: UInt64, byteCount: Int = 0,
        isLast: Bool = false, round: ReadRound
    ) {
        self.position = position
        self.configuration = configuration
        self.offset = offset
        self.byteCount = byteCount
        self.isLast = isLast
        self.round = round
    }

    /// The same piece as it goes out, once the driver has read its bytes.
    public func filled(byteCount: Int, isLast: Bool) -> SnapshotChunk {
        SnapshotChunk(
            position: position, configuration: configuration, offset: offset,
            byteCount: byteCount, isLast: isLast, round: round)
    }

    /// Where the next piece begins.
    ///
    /// - Precondition: The message is plausible.
    public var end: UInt64 { offset + UInt64(byteCount) }
}

/// How much of a snapshot a follower has on stable storage.
public struct SnapshotReply: Hashable, Sendable {
    /// Which snapshot.
    public let position: LogPosition
    /// Where the next piece has to begin.
    public let offset: UInt64
    /// The last round the follower has heard of from this leader.
    public let round: ReadRound

    /// Joins the parts.
    public init(position: LogPosition, offset: UInt64, round: ReadRound) {
        self.position = position
        self.offset = offset
        self.round = round
    }
}
