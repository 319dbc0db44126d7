import RaftCore
import RaftRuntime

/// A log that keeps nothing: for stores in memory.
final class MemoryLog: LogDevice {
    func write(_ batch: LogBatch) throws {}

    func checkSpace() throws {}

    func entries(of group: GroupID, from first: LogIndex, byteLimit: Int) throws -> [LogEntry] {
        []
    }

    func compact(_ group: GroupID, through index: LogIndex) throws {}

    var bytesOnDisk: UInt64 { 0 }
}

/// A snapshot store that has none and refuses to take one.
final class MemorySnapshots: SnapshotStore {
    func begin(_ metadata: SnapshotMetadata) throws -> any SnapshotWriter {
        throw LogDeviceError(.invalid, "a store in memory takes no snapshots")
    }

    func open(_ position: LogPosition, of group: GroupID) throws -> (any SnapshotReader)? { nil }

    func remove(_ position: LogPosition, of group: GroupID) throws {}

    func openNewest(of group: GroupID) throws -> (any SnapshotReader)? { nil }

    func prune(_ group: GroupID, before position: LogPosition) throws {}

    func removeAll(of group: GroupID) throws {}
}
