import RaftCore

/// When a group's state is saved.
///
/// With two snapshots kept, and the log since the older one, the disk holds about twice the state and
/// twice the bytes between snapshots. Half the state's size between them makes that three times.
package struct SnapshotPolicy: Sendable, Hashable {
    /// A small part of the megabyte of log that is kept for a full disk.
    private static let fullDiskLogBytes = 128 << 10

    /// Not before this many bytes of log, however small the state is.
    package var logBytesMinimum: Int
    /// At the latest when the log since the last snapshot has this percentage of its size.
    package var logPercentage: Int
    /// Also after this long, if anything was applied.
    package var ageMaximum: Duration

    package init(
        logBytesMinimum: Int = 16 << 20, logPercentage: Int = 50,
        ageMaximum: Duration = .seconds(3600)
    ) {
        precondition(logBytesMinimum > 0, "a snapshot for no bytes would never end")
        precondition(logPercentage >= 0, "a percentage is not negative")
        self.logBytesMinimum = logBytesMinimum
        self.logPercentage = logPercentage
        self.ageMaximum = ageMaximum
    }

    func isDue(_ progress: SnapshotProgress, space: StorageSpace, now: Instant) -> Bool {
        guard progress.logBytes > 0 else { return false }
        guard !progress.isWanted else { return true }
        return progress.logBytes >= wantedLogBytes(progress, space)
            || now.nanoseconds(since: progress.lastTime) >= ageMaximum.nanoseconds
    }

    /// Little on a full disk: only a shorter log makes room there, and that takes two snapshots
    /// before what is kept for deletes is used up.
    private func wantedLogBytes(_ progress: SnapshotProgress, _ space: StorageSpace) -> UInt64 {
        guard space == .available else {
            return UInt64(min(max(logBytesMinimum / 16, 1), Self.fullDiskLogBytes))
        }
        let (product, overflow) = progress.snapshotBytes.multipliedReportingOverflow(
            by: UInt64(logPercentage))
        let share = overflow ? .max : product / 100
        return max(share, UInt64(logBytesMinimum))
    }
}

/// What the policy looks at.
struct SnapshotProgress: Sendable {
    /// Bytes applied since the last snapshot was captured.
    var logBytes: UInt64 = 0
    /// The size of the last snapshot.
    var snapshotBytes: UInt64 = 0
    /// The time of its last entry, in milliseconds.
    var snapshotTime: UInt64 = 0
    /// The same of the one that is being written.
    var capturedTime: UInt64 = 0
    /// When the last one was captured, or tried.
    var lastTime: Instant
    /// Whether somebody asked for one.
    var isWanted = false
    /// Whether one is being written.
    var isUnderWay = false
}
