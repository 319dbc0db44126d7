package import RaftCore

/// How a log is opened.
package struct LogOptions: Sendable {
    /// The size that segments grow to with the traffic; 1 MiB at least.
    ///
    /// 1 MiB for small devices.
    package var maximumSegmentBytes: UInt64
    /// The cluster a new directory belongs to, or must belong to; nil for a new or any one.
    package var cluster: Identifier128?
    /// A source of random bits, for identifiers and salts.
    package var randomBits: @Sendable () -> UInt64
    /// Told of what is odd but not fatal, at any time, on the thread that finds it.
    package var report: @Sendable (StorageFinding) -> Void

    package init(
        maximumSegmentBytes: UInt64 = 64 << 20, cluster: Identifier128? = nil,
        randomBits: @escaping @Sendable () -> UInt64,
        report: @escaping @Sendable (StorageFinding) -> Void = { _ in }
    ) {
        precondition(maximumSegmentBytes >= 1 << 20, "a segment has 1 MiB at least")
        self.maximumSegmentBytes = maximumSegmentBytes
        self.cluster = cluster
        self.randomBits = randomBits
        self.report = report
    }
}
