import Benchmark
import Foundation
import RaftCore
import RaftRuntime
import RaftStorage

/// A log in a directory of its own, which goes with it.
private final class TemporaryLog: @unchecked Sendable {
    // Unchecked: the benchmarks run one after the other.
    private let directory: URL
    private let host: HostDirectory
    private let group = GroupID(high: 1, low: 1)
    private var last = LogIndex.zero
    private let payload = [UInt8](repeating: 7, count: 120)

    init() throws {
        directory = FileManager.default.temporaryDirectory
            .appending(path: "khepri-benchmark-\(UUID())")
        host = try HostDirectory.open(
            directory.path, disk: PosixDisk(),
            options: LogOptions(randomBits: { UInt64.random(in: 0 ... .max) })
        ).host
        try host.log.write(LogBatch(writes: [(group, .openGroup(name: "default"))]))
    }

    deinit {
        try? host.close()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Makes so many entries durable with one write and one flush.
    func append(_ count: Int) throws {
        let entries = (1...count).map { step in
            LogEntry(
                index: last.advanced(by: step), term: Term(1), kind: .command, time: 0,
                payload: payload)
        }
        try host.log.write(LogBatch(writes: [(group, .append(entries))]))
        last = last.advanced(by: count)
        // What a snapshot covers may go, so that the log does not fill the disk.
        guard last.rawValue.isMultiple(of: 4096) else { return }
        let position = LogPosition(index: last, term: Term(1))
        try host.log.write(LogBatch(writes: [(group, .snapshot(position))]))
        try host.log.compact(group, through: last)
    }
}

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(metrics: [.wallClock, .throughput])

    for count in [1, 64, 512] {
        Benchmark("Append a batch of \(count), flushed") { benchmark, log in
            for _ in benchmark.scaledIterations { try log.append(count) }
        } setup: {
            try TemporaryLog()
        }
    }
    for byteCount in [64, 4096, 1 << 20] {
        let bytes = [UInt8](repeating: 7, count: byteCount)
        Benchmark(
            "CRC32C of \(byteCount) bytes",
            configuration: .init(
                metrics: [.wallClock, .instructions], scalingFactor: .kilo,
                maxIterations: 20)
        ) { benchmark in
            for _ in benchmark.scaledIterations {
                blackHole(bytes.withUnsafeBytes { CRC32C.checksum($0) })
            }
        }
    }
}
