package import RaftCore

/// How a log is opened.
package struct LogOptions: Sendable {
    /// The size of the first segments; at least 16 KiB, a multiple of 4 KiB.
    package var minimumSegmentBytes: UInt64
    /// The size that segments grow to with the traffic; 1 MiB for small devices.
    package var maximumSegmentBytes: UInt64
    /// The cluster a new directory belongs to, or must belong to; nil for a new or any one.
    package var cluster: Identifier128?
    /// The number of a new directory's host in its cluster.
    package var node: UInt64 = 1
    /// Whether a directory is opened in which ``HostDirectory/renew(_:as:)`` was interrupted.
    package var mayResumeRenewal = false
    /// A source of random bits, for identifiers and salts.
    package var randomBits: @Sendable () -> UInt64
    /// Told of what is odd but not fatal, at any time, on the thread that finds it.
    package var report: @Sendable (StorageFinding) -> Void

    package init(
        minimumSegmentBytes: UInt64 = 1 << 20, maximumSegmentBytes: UInt64 = 64 << 20,
        cluster: Identifier128? = nil,
        randomBits: @escaping @Sendable () -> UInt64,
        report: @escaping @Sendable (StorageFinding) -> Void = { _ in }
    ) {
        precondition(minimumSegmentBytes >= 16 << 10, "a segment has 16 KiB at least")
        precondition(minimumSegmentBytes % 4096 == 0, "a segment has whole pages")
        precondition(maximumSegmentBytes >= minimumSegmentBytes, "segments do not shrink")
        self.minimumSegmentBytes = minimumSegmentBytes
        self.maximumSegmentBytes = maximumSegmentBytes
        self.cluster = cluster
        self.randomBits = randomBits
        self.report = report
    }

    /// The end of the last file on a full disk, kept for term, vote and the like.
    var reservedBytes: UInt64 { minimumSegmentBytes / 16 }
}
