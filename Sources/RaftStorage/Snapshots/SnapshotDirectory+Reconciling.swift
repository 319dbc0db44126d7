import RaftCore
import RaftRuntime

extension SnapshotDirectory {
    /// What the log knows of a group when a directory is opened.
    struct LoggedGroup {
        let head: GroupHead
        /// The first entry that is left.
        let firstEntry: LogIndex?

        init(_ group: RecoveringGroup) {
            head = group.head
            firstEntry = group.entries.first?.index
        }
    }

    /// Checks that the log and the snapshots belong together; removes what a crash left behind.
    ///
    /// A snapshot counts when the log names it. One that is newer than the log says was published
    /// just before a crash, or received and not yet adopted: its record was never acknowledged.
    /// - Throws: ``LogDeviceError`` `.corrupt` if a group has neither the snapshot its log begins
    ///   with nor an older one with all entries since.
    func reconcile(with groups: [LoggedGroup]) throws {
        for name in try disk.names(in: path) where SnapshotFileName.isTemporary(name) {
            try disk.remove(path(name))
        }
        let published = try allNames()
        for name in published {
            let group = groups.first { $0.head.group == name.group }
            guard name.position.index > group?.head.snapshot?.index ?? .zero else { continue }
            let reason = group == nil ? "its group is deleted" : "the log does not name it yet"
            report(StorageFinding(.note, path: path(name.text), "removed: \(reason)"))
            try disk.remove(path(name.text))
        }
        for group in groups {
            if let snapshot = group.head.snapshot { noteRecorded(snapshot, of: group.head.group) }
            guard let finding = missingSnapshot(of: group, published) else { continue }
            guard finding.severity != .damage else {
                throw LogDeviceError(.corrupt, finding.message, path: finding.path)
            }
            report(finding)
        }
    }

    /// What is wrong if the snapshot that a group's log begins with is missing.
    func missingSnapshot(
        of group: LoggedGroup, _ published: [SnapshotFileName]
    ) -> StorageFinding? {
        guard let wanted = group.head.snapshot else { return nil }
        let candidates = published.filter {
            $0.group == group.head.group && $0.position.index <= wanted.index
        }
        if candidates.contains(where: { $0.position == wanted }) { return nil }
        let name = SnapshotFileName(group: group.head.group, position: wanted)
        let isCovered = candidates.contains { older in
            group.firstEntry.map { $0 <= older.position.index.successor } ?? false
        }
        guard isCovered else {
            return StorageFinding(
                .damage, path: path(name.text),
                "the log of group \(group.head.name) begins with the snapshot at "
                    + "\(wanted.index.rawValue), which is missing")
        }
        return StorageFinding(.warning, path: path(name.text), "missing; an older one is used")
    }
}
