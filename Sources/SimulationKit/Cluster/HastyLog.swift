import RaftCore
import RaftRuntime

/// A log that says a batch is durable and writes it when the next one comes: a bug on purpose.
final class HastyLog: LogDevice {
    private let log: any LogDevice
    private let waiting = Lock<LogBatch?>(nil)

    init(_ log: any LogDevice) { self.log = log }

    func write(_ batch: LogBatch) throws {
        try catchUp()
        waiting.withLock { $0 = batch }
    }

    func checkSpace() throws { try log.checkSpace() }

    func entries(of group: GroupID, from first: LogIndex, byteLimit: Int) throws -> [LogEntry] {
        try catchUp()
        return try log.entries(of: group, from: first, byteLimit: byteLimit)
    }

    func compact(_ group: GroupID, through index: LogIndex) throws {
        try catchUp()
        try log.compact(group, through: index)
    }

    var bytesOnDisk: UInt64 { log.bytesOnDisk }

    /// Writes what was said to be durable before.
    private func catchUp() throws {
        guard let batch = waiting.withLock({ $0 }) else { return }
        try log.write(batch)
        waiting.withLock { $0 = nil }
    }
}
