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

    /// The given shares' durations, in nanoseconds.
    func percentiles(_ shares: [Double]) -> [Double] {
        let sorted = nanoseconds.sorted()
        guard let last = sorted.last else { return shares.map { _ in 0 } }
        return shares.map { share in
            let index = Int((Double(sorted.count) * share).rounded(.down))
            return Double(index < sorted.count ? sorted[index] : last)
        }
    }
}

/// One line of the benchmark.
struct BenchRow: Sendable {
    var name: String
    var operations: Int
    var seconds: Double
    /// Nanoseconds; nil where single operations were not timed.
    var p50: Double?
    var p99: Double?
    var p999: Double?
    /// Other figures: bytes, nodes, seconds.
    var note: String = ""

    var perSecond: Double { seconds > 0 ? Double(operations) / seconds : 0 }

    init(_ name: String, operations: Int, seconds: Double, note: String = "") {
        self.name = name
        self.operations = operations
        self.seconds = seconds
        self.note = note
    }

    init(_ name: String, _ latencies: Latencies, seconds: Double) {
        self.init(name, operations: latencies.count, seconds: seconds)
        let values = latencies.percentiles([0.5, 0.99, 0.999])
        (p50, p99, p999) = (values[0], values[1], values[2])
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
