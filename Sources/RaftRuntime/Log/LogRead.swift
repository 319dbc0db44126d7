import RaftCore

/// Entries that are wanted from the disk, for a member that needs old ones.
struct LogRead: Sendable {
    let route: Outbox.Route
    let group: GroupID
    let indexes: ClosedRange<LogIndex>
}

/// What became of a read.
struct LogReadResult: Sendable {
    let route: Outbox.Route
    /// All that was wanted; nil if some of it is no longer there.
    let entries: [LogEntry]?
    /// Why the log could not be read, if so.
    var error: LogDeviceError?
}

extension LogDevice {
    /// Reads a whole range of entries; nil if some of it is not there.
    func entries(of group: GroupID, _ indexes: ClosedRange<LogIndex>) throws -> [LogEntry]? {
        var found: [LogEntry] = []
        var next = indexes.lowerBound
        while next <= indexes.upperBound {
            let more = try entries(of: group, from: next, byteLimit: 1 << 20)
                .prefix { $0.index <= indexes.upperBound }
            guard let last = more.last, more.first?.index == next else { return nil }
            found += more
            next = last.index.successor
        }
        return found
    }
}
