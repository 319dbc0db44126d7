/// What a server's storage held when it was opened; empty for a new one.
public struct RecoveredState: Hashable, Sendable {
    /// The last term and vote written.
    public let hardState: HardState
    /// The last entry the restored state machine includes.
    public let snapshot: LogPosition
    var log: LogTail
    var configurations: ConfigurationHistory
    var sizes = EntrySizes()

    /// Starts with what comes before the first entry to be replayed.
    ///
    /// - Parameters:
    ///   - hardState: Term and vote as they were.
    ///   - snapshot: The position of the snapshot that was restored, zero without one.
    ///   - configuration: The configuration that snapshot names, which overrules every entry before.
    public init(
        hardState: HardState = HardState(), snapshot: LogPosition = .zero,
        configuration: Configuration = .empty
    ) {
        self.hardState = hardState
        self.snapshot = snapshot
        log = LogTail(base: snapshot)
        configurations = ConfigurationHistory(base: configuration, at: snapshot.index)
    }

    /// The last entry, or the snapshot's.
    public var lastPosition: LogPosition { log.lastPosition }

    /// Whether a group may be made here: no entry, no snapshot and no election so far.
    public var isBlank: Bool { lastPosition == .zero && hardState.term <= Term(1) }

    /// Adds an entry found in the log; those that the snapshot includes are passed over.
    ///
    /// The configuration is what the entry holds, if it is one; the byte count is its size, for the
    /// limits on messages.
    /// - Throws: ``RecoveryError`` if the entry cannot belong to this log.
    public mutating func append(
        _ position: LogPosition, configuration: Configuration?, byteCount: Int = 0
    ) throws {
        guard position.index > snapshot.index else { return }
        guard position.index == log.lastIndex.successor else {
            throw RecoveryError(
                "expected entry \(log.lastIndex.rawValue + 1), found \(position.index.rawValue)")
        }
        guard position.term >= log.lastPosition.term, position.term <= hardState.term else {
            throw RecoveryError(
                "entry \(position.index.rawValue) has term \(position.term.rawValue), expected "
                    + "\(log.lastPosition.term.rawValue) to \(hardState.term.rawValue)")
        }
        log.append(count: 1, term: position.term)
        sizes.append(position.index...position.index, byteCount: byteCount)
        if let configuration { configurations.append(configuration, at: position.index) }
    }
}

/// Storage that no correct server can have written.
public struct RecoveryError: Error, Hashable, Sendable {
    /// What was expected and what was found.
    public let message: String

    /// Wraps a message.
    public init(_ message: String) { self.message = message }
}
