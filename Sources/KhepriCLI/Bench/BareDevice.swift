import RaftStorage

/// What the device does without a database: write and flush, one after the other.
///
/// It is measured in turns with the rows, because a device's speed changes from second to second: a
/// ratio of two figures of different times says nothing.
final class BareDevice {
    private static let recordBytes = 128
    private static let fileBytes: UInt64 = 1 << 20
    /// How many turns a row and the device take.
    private static let turns = 4

    private let file: any DiskFile
    private let record = [UInt8](repeating: 7, count: recordBytes)
    private var offset: UInt64 = 0
    private let seconds: Double
    /// All that was measured since ``row`` was asked for.
    private var total = Samples()

    /// - Parameter seconds: How long a row is measured, beside the device's own time.
    init(in directory: String, seconds: Double) throws {
        self.seconds = seconds
        file = try PosixDisk().open(directory + "/bare", .create)
        let zeros = [UInt8](repeating: 0, count: Int(Self.fileBytes))
        _ = try zeros.withUnsafeBytes { try file.write($0, at: 0) }
        try file.flush()
    }

    /// Overwrites a part of a file that was written before, and flushes it, again and again.
    private func sample(seconds: Double) throws -> Samples {
        var samples = Samples()
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        repeat {
            let before = ContinuousClock.now
            _ = try record.withUnsafeBytes { try file.write($0, at: offset) }
            try file.flush()
            samples.latencies.add(ContinuousClock.now - before)
            offset = (offset + UInt64(Self.recordBytes)) % Self.fileBytes
        } while ContinuousClock.now < end
        samples.seconds = (ContinuousClock.now - start).inSeconds
        total.merge(samples)
        return samples
    }

    /// The row of the device itself.
    func row() throws -> BenchRow {
        BenchRow("bare", "bare write + flush, 128 bytes", try sample(seconds: seconds))
    }

    /// Measures several things in turns with the device; a row each, with its ratio to the device.
    func rows(
        _ measured: [(id: String, name: String, run: (_ seconds: Double) async throws -> Samples)]
    ) async throws -> [BenchRow] {
        var bare = Samples()
        var samples = measured.map { _ in Samples() }
        let turn = seconds / Double(Self.turns)
        for _ in 0..<Self.turns {
            bare.merge(try sample(seconds: turn / 2))
            for index in measured.indices {
                samples[index].merge(try await measured[index].run(turn))
            }
        }
        return zip(measured, samples).map { measured, samples in
            var row = BenchRow(measured.id, measured.name, samples)
            row.compare(with: bare)
            return row
        }
    }

    /// Compares a row that took no turns with all that was measured of the device.
    func compare(_ row: BenchRow) -> BenchRow {
        var row = row
        row.compare(with: total)
        return row
    }
}
