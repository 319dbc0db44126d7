/// Durations of single operations, in nanoseconds, kept whole: percentiles are exact.
struct Latencies: Sendable {
    private var nanoseconds: [UInt32] = []

    var count: Int { nanoseconds.count }

    mutating func reserve(_ count: Int) {
        nanoseconds.reserveCapacity(count)
    }

    mutating func add(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let value = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        nanoseconds.append(UInt32(clamping: value))
    }

    mutating func merge(_ other: Latencies) {
        nanoseconds.append(contentsOf: other.nanoseconds)
    }

    /// The given shares' durations, in nanoseconds; 1 is the longest.
    func percentiles(_ shares: [Double]) -> [Int] {
        let sorted = nanoseconds.sorted()
        guard let last = sorted.last else { return shares.map { _ in 0 } }
        return shares.map { share in
            let index = Int((Double(sorted.count) * share).rounded(.down))
            return Int(index < sorted.count ? sorted[index] : last)
        }
    }
}

/// What a measurement gave.
struct Samples: Sendable {
    /// Of the operations that were timed one by one.
    var latencies = Latencies()
    /// Operations that were only counted.
    var untimed = 0
    var seconds = 0.0
    /// Large commands or snapshots that ended meanwhile.
    var events = 0
    /// What all of it took of the processors, where that was asked.
    var processorNanoseconds = 0

    var operations: Int { latencies.count + untimed }
    var perSecond: Double { seconds > 0 ? Double(operations) / seconds : 0 }

    mutating func merge(_ other: Samples) {
        latencies.merge(other.latencies)
        untimed += other.untimed
        seconds += other.seconds
        events += other.events
        processorNanoseconds += other.processorNanoseconds
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
