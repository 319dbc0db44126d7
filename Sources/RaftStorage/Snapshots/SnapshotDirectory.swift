package import RaftCore
package import RaftRuntime

/// The snapshots of a host's groups, each a file; see ``SnapshotFormat``.
///
/// Threads may share it; of a group one snapshot at a time is taken, and one received.
package final class SnapshotDirectory: SnapshotStore {
    /// How many snapshots of a group are kept, beside those that are newer than the log says.
    static let keptCount = 2

    let path: String
    let disk: any Disk
    private let identity: HostIdentity
    private let randomBits: @Sendable () -> UInt64
    let report: @Sendable (StorageFinding) -> Void
    /// The snapshot of each group that the log names, as far as this was told.
    private let recorded = Lock<[GroupID: LogPosition]>([:])

    init(path: String, disk: any Disk, identity: HostIdentity, options: LogOptions) {
        self.path = path
        self.disk = disk
        self.identity = identity
        randomBits = options.randomBits
        report = options.report
    }

    package func begin(_ metadata: SnapshotMetadata) throws -> any SnapshotWriter {
        let header = SnapshotHeader(metadata: metadata, identity: identity, salt: randomBits())
        do {
            return try SnapshotFileWriter(
                header, in: path, on: disk, makeRoom: removeSpareSnapshot)
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    package func openNewest(of group: GroupID) throws -> (any SnapshotReader)? {
        do {
            for name in try names(of: group).reversed() {
                if let reader = try openWhole(name) { return reader }
            }
            return nil
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    package func open(
        _ position: LogPosition, of group: GroupID
    ) throws -> (any SnapshotReader)? {
        let name = SnapshotFileName(group: group, position: position)
        do {
            guard try names(of: group).contains(name) else { return nil }
            let reader = try SnapshotFileReader(opening: path(name.text), on: disk)
            try check(reader, name)
            return reader
        } catch {
            throw LogDeviceError(wrapping: error, path: path(name.text))
        }
    }

    package func remove(_ position: LogPosition, of group: GroupID) throws {
        let name = SnapshotFileName(group: group, position: position)
        do {
            guard try names(of: group).contains(name) else { return }
            try disk.remove(path(name.text))
            try disk.synchronizeDirectory(path)
        } catch {
            throw LogDeviceError(wrapping: error, path: path(name.text))
        }
    }

    package func prune(_ group: GroupID, before position: LogPosition) throws {
        noteRecorded(position, of: group)
        do {
            for name in recorded(try names(of: group)).dropLast(Self.keptCount) {
                try disk.remove(path(name.text))
            }
            try disk.synchronizeDirectory(path)
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    /// Removes all snapshots of a group that is deleted.
    package func removeAll(of group: GroupID) throws {
        recorded.withLock { $0[group] = nil }
        do {
            for name in try names(of: group) { try disk.remove(path(name.text)) }
            try disk.synchronizeDirectory(path)
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    /// Removes a snapshot of some group that is older than the one the log names, to make room on a full
    /// disk.
    ///
    /// - Returns: false if there is none.
    func removeSpareSnapshot() throws -> Bool {
        let published = recorded(try allNames())
        for name in published {
            let newest = published.last { $0.group == name.group }
            guard newest != name else { continue }
            try disk.remove(path(name.text))
            report(StorageFinding(.note, path: path(name.text), "removed to make room"))
            return true
        }
        return false
    }

    /// Notes that the log names a snapshot: it is not removed before there is another one.
    func noteRecorded(_ position: LogPosition, of group: GroupID) {
        recorded.withLock { $0[group] = position }
    }

    /// Those that are not newer than what the log names.
    private func recorded(_ names: [SnapshotFileName]) -> [SnapshotFileName] {
        let recorded = recorded.withLock { $0 }
        return names.filter { $0.position.index <= recorded[$0.group]?.index ?? .zero }
    }

    /// The published snapshots of a group, oldest first.
    func names(of group: GroupID) throws -> [SnapshotFileName] {
        try allNames().filter { $0.group == group }
    }

    /// All published snapshots, oldest first within a group.
    func allNames() throws -> [SnapshotFileName] {
        try disk.names(in: path).compactMap(SnapshotFileName.init)
            .sorted {
                ($0.group.high, $0.group.low, $0.position.index) < (
                    $1.group.high, $1.group.low, $1.position.index
                )
            }
    }

    func path(_ name: String) -> String { path + "/" + name }

    /// Opens and checks a snapshot; nil and a report if it is damaged.
    private func openWhole(_ name: SnapshotFileName) throws -> SnapshotFileReader? {
        do {
            let reader = try SnapshotFileReader(opening: path(name.text), on: disk)
            try reader.verify()
            try check(reader, name)
            return reader
        } catch let error as LogDeviceError where error.code == .corrupt {
            report(StorageFinding(.warning, path: path(name.text), error.message))
            return nil
        }
    }

    /// Checks that a file is what its name says, and ours.
    func check(_ reader: SnapshotFileReader, _ name: SnapshotFileName) throws {
        let metadata = reader.metadata
        guard metadata.group == name.group, metadata.position == name.position else {
            throw LogDeviceError(.corrupt, "the header names another group or position")
        }
        guard reader.header.identity == identity else {
            throw LogDeviceError(.corrupt, "the snapshot belongs to another host or cluster")
        }
    }
}
