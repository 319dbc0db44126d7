import RaftCore

@testable import RaftRuntime

/// Snapshots in memory: the last two of each group.
final class MemorySnapshots: SnapshotStore {
    struct Snapshot: Sendable {
        let metadata: SnapshotMetadata
        let chunks: [[UInt8]]
    }

    struct State {
        var snapshots: [Snapshot] = []
        var failure: LogDeviceError?
        var pruneCount = 0
        var abandonCount = 0
    }

    let state = Lock(State())

    func begin(_ metadata: SnapshotMetadata) throws -> any SnapshotWriter {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return Writer(self, metadata)
    }

    func openNewest(of group: GroupID) throws -> (any SnapshotReader)? {
        state.withLock { $0.snapshots }.last { $0.metadata.group == group }.map(Reader.init)
    }

    func open(_ position: LogPosition, of group: GroupID) throws -> (any SnapshotReader)? {
        state.withLock { $0.snapshots }
            .last { $0.metadata.group == group && $0.metadata.position == position }
            .map(Reader.init)
    }

    func remove(_ position: LogPosition, of group: GroupID) throws {
        state.withLock { state in
            state.snapshots.removeAll {
                $0.metadata.group == group && $0.metadata.position == position
            }
        }
    }

    func prune(_ group: GroupID, before position: LogPosition) throws {
        state.withLock { state in
            state.pruneCount += 1
            let older = state.snapshots.prefix { $0.metadata.position.index <= position.index }
            state.snapshots.removeFirst(max(0, older.count - 2))
        }
    }

    func removeAll(of group: GroupID) throws {
        state.withLock { $0.snapshots.removeAll { $0.metadata.group == group } }
    }

    final class Writer: SnapshotWriter {
        let store: MemorySnapshots
        let metadata: SnapshotMetadata
        var chunks: [[UInt8]] = []

        init(_ store: MemorySnapshots, _ metadata: SnapshotMetadata) {
            self.store = store
            self.metadata = metadata
        }

        func write(_ bytes: UnsafeRawBufferPointer) throws { chunks.append(Array(bytes)) }

        func publish() throws {
            let snapshot = Snapshot(metadata: metadata, chunks: chunks)
            store.state.withLock { $0.snapshots.append(snapshot) }
        }

        func abandon() { store.state.withLock { $0.abandonCount += 1 } }
    }

    final class Reader: SnapshotReader {
        let metadata: SnapshotMetadata
        private var chunks: ArraySlice<[UInt8]>

        init(_ snapshot: Snapshot) {
            metadata = snapshot.metadata
            chunks = snapshot.chunks[...]
        }

        var byteCount: UInt64 { chunks.reduce(0) { $0 + UInt64($1.count) } }
        func next() throws -> [UInt8]? { chunks.popFirst() }
    }
}
