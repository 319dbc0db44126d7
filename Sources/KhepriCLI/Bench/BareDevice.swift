import RaftStorage

/// What the device does without a database: write and flush, one after the other.
enum BareDevice {
    /// Overwrites a file that was written before, 128 bytes and a flush at a time.
    static func measure(in directory: String, seconds: Double) throws -> BenchRow {
        let disk = PosixDisk()
        let path = directory + "/bare"
        let file = try disk.open(path, .create)
        defer { try? disk.remove(path) }
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        _ = try zeros.withUnsafeBytes { try file.write($0, at: 0) }
        try file.flush()
        let record = [UInt8](repeating: 7, count: 128)
        var latencies = Latencies()
        let start = ContinuousClock.now
        var offset: UInt64 = 0
        while (ContinuousClock.now - start).inSeconds < seconds {
            let before = ContinuousClock.now
            _ = try record.withUnsafeBytes { try file.write($0, at: offset) }
            try file.flush()
            latencies.add(ContinuousClock.now - before)
            offset = (offset + 128) % (1 << 20)
        }
        let elapsed = (ContinuousClock.now - start).inSeconds
        try file.close()
        return BenchRow("bare write + flush, 128 bytes", latencies, seconds: elapsed)
    }
}
