/// One line of the benchmark; its properties are the members in the output for machines.
struct BenchRow: Codable, Sendable {
    /// What programs know the row by.
    var id: String
    var name: String
    var operations: Int
    var seconds: Double
    var perSecond: Double
    var p50Nanoseconds: Int?
    var p99Nanoseconds: Int?
    var p999Nanoseconds: Int?
    var longestNanoseconds: Int?
    /// The middle duration in those of a bare write and flush at the same time.
    var p50ToBare: Double?
    /// The operations a second in bare writes and flushes a second.
    var perSecondToBare: Double?
    /// What an operation took of a processor, however busy the machine was.
    var processorNanoseconds: Int?
    /// Of memory beyond that of an empty store or, of a snapshot, on the disk.
    var bytesPerNode: Int?
    var memory: Memory?
    /// The most memory beyond that of the open store.
    var addedBytes: Int?
    /// How much of one processor was used all the while.
    var processorShare: Double?
    /// Large commands or snapshots that went on beside it.
    var besideCount: Int?

    /// What a store of many nodes takes.
    struct Memory: Codable, Sendable {
        /// Of the whole process.
        var residentBytes: Int
        /// The most there was.
        var peakBytes: Int
        var diskBytes: Int
        var snapshotBytes: Int?
    }

    init(_ id: String, _ name: String, operations: Int, seconds: Double) {
        self.id = id
        self.name = name
        self.operations = operations
        self.seconds = seconds
        perSecond = seconds > 0 ? Double(operations) / seconds : 0
    }

    init(_ id: String, _ name: String, _ samples: Samples) {
        self.init(id, name, operations: samples.operations, seconds: samples.seconds)
        if samples.events > 0 { besideCount = samples.events }
        if samples.processorNanoseconds > 0 {
            processorNanoseconds = samples.processorNanoseconds / max(1, samples.operations)
        }
        guard samples.latencies.count > 0 else { return }
        let values = samples.latencies.percentiles([0.5, 0.99, 0.999, 1])
        p50Nanoseconds = values[0]
        p99Nanoseconds = values[1]
        p999Nanoseconds = values[2]
        longestNanoseconds = values[3]
    }

    /// Sets the ratios to the device.
    mutating func compare(with bare: Samples) {
        let middle = bare.latencies.percentiles([0.5])[0]
        if let p50Nanoseconds, middle > 0 { p50ToBare = Double(p50Nanoseconds) / Double(middle) }
        if bare.perSecond > 0 { perSecondToBare = perSecond / bare.perSecond }
    }

    /// What the columns do not hold, in words.
    var note: String {
        var parts: [String] = []
        if let besideCount { parts.append("beside \(besideCount)") }
        if let processorNanoseconds { parts.append("\(processorNanoseconds) ns of a processor") }
        if let processorShare {
            parts.append(Figure.decimal(processorShare * 100, places: 2) + " %")
        }
        if let bytesPerNode { parts.append("\(bytesPerNode) bytes a node") }
        if let addedBytes { parts.append("\(Figure.mebibytes(addedBytes)) more memory") }
        guard let memory else { return parts.joined(separator: ", ") }
        parts += [
            Figure.seconds(seconds), "\(Figure.mebibytes(memory.residentBytes)) resident",
            "peak \(Figure.mebibytes(memory.peakBytes))",
            "\(Figure.mebibytes(memory.diskBytes)) on disk",
        ]
        if let bytes = memory.snapshotBytes { parts.append("snapshot \(Figure.mebibytes(bytes))") }
        return parts.joined(separator: ", ")
    }
}

/// Numbers as people read them.
enum Figure {
    static func count(_ value: Double) -> String {
        var digits = Array("\(Int(value.rounded()))")
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: index)
            index -= 3
        }
        return String(digits)
    }

    static func duration(nanoseconds: Int) -> String {
        let value = Double(nanoseconds)
        switch nanoseconds {
        case ..<1_000: return "\(nanoseconds) ns"
        case ..<1_000_000: return decimal(value / 1e3, places: 1) + " µs"
        case ..<1_000_000_000: return decimal(value / 1e6, places: 2) + " ms"
        default: return decimal(value / 1e9, places: 2) + " s"
        }
    }

    static func seconds(_ value: Double) -> String {
        duration(nanoseconds: Int(value * 1e9))
    }

    static func mebibytes(_ bytes: Int) -> String {
        decimal(Double(bytes) / Double(1 << 20), places: bytes < 100 << 20 ? 1 : 0) + " MiB"
    }

    static func ratio(_ value: Double) -> String {
        decimal(value, places: value < 0.1 ? 4 : 2)
    }

    /// A number that is not negative, rounded.
    static func decimal(_ value: Double, places: Int) -> String {
        let scale = [1, 10, 100, 1_000, 10_000][places]
        let rounded = Int((value * Double(scale)).rounded())
        guard places > 0 else { return "\(rounded)" }
        let fraction = "\(rounded % scale)"
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(rounded / scale).\(zeros)\(fraction)"
    }
}
