package import RaftCore
package import RaftRuntime

/// The data directory of a host, open and locked: its log and its snapshots.
///
///     DIRECTORY/identity      who it belongs to
///     DIRECTORY/lock          locked while a process has it open
///     DIRECTORY/log/          the files of the log
///     DIRECTORY/snapshots/    the snapshots of all groups
package final class HostDirectory: Sendable {
    package let path: String
    package let identity: HostIdentity
    /// Who the host is in its cluster.
    package let member: MemberID
    /// The member that it was before damaged files of it were put aside; nil if there were none.
    package let former: MemberID?
    package let log: WriteAheadLog
    package let snapshots: SnapshotDirectory
    let disk: any Disk
    private let lock: any DiskFile

    /// Whom a directory belongs to, whatever becomes of the files in it.
    package struct Owner: Sendable, Hashable {
        package let cluster: Identifier128
        /// The number of the host in its cluster.
        package let node: UInt64

        package init(cluster: Identifier128, node: UInt64) {
            self.cluster = cluster
            self.node = node
        }
    }

    /// Whom a directory belongs to, without opening it; nil if it does not say.
    package static func owner(of path: String, disk: any Disk) -> Owner? {
        // Whoever opens the directory is told why it cannot be read, if it is there.
        guard let names = try? IdentityFile.read(in: path, on: disk) else { return nil }
        return Owner(cluster: names.identity.cluster, node: names.member.node)
    }

    private init(
        path: String, names: IdentityFile.Contents, log: WriteAheadLog,
        snapshots: SnapshotDirectory, disk: any Disk, lock: any DiskFile
    ) {
        self.path = path
        identity = names.identity
        member = names.member
        former = names.former
        self.log = log
        self.snapshots = snapshots
        self.disk = disk
        self.lock = lock
    }

    /// Opens a directory, or makes it if there is nothing or an empty directory.
    ///
    /// Reads and checks the whole log. Nothing is told to anybody before what was found is durable.
    /// - Parameter progress: Called after each file of the log.
    /// - Returns: The open directory, and what the log knows of each group.
    /// - Throws: ``LogDeviceError``: `.locked`, `.newerFormat`, `.corrupt`, `.permission`, `.full`,
    ///   `.failed`, or `.invalid` for a directory that is not ours or lacks something.
    package static func open(
        _ path: String, disk: any Disk, options: LogOptions,
        progress: (OpenProgress) -> Void = { _ in }
    ) throws -> (host: HostDirectory, recovered: [GroupID: RecoveredGroup]) {
        #if KHEPRI_MUTANTS
        let disk = BuggyDisk.around(disk)
        #endif
        do {
            let isNew = try prepareDirectory(path, disk)
            let lock = try takeLock(path, disk)
            do {
                let layout = HostLayout(path: path, disk: disk)
                if isNew { try layout.create(options) }
                return try open(
                    layout, lock: lock, options: options,
                    resuming: options.mayResumeRenewal ? .renewal : nil, progress: progress)
            } catch {
                try lock.close()
                throw error
            }
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    /// Confirms and closes the log, then gives the directory free, even if the log failed.
    ///
    /// - Throws: ``LogDeviceError``.
    package func close() throws {
        let closing = Result { try log.close() }
        do {
            try lock.close()
            try closing.get()
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    /// - Parameter resumed: What is under way in the directory and goes on now.
    static func open(
        _ layout: HostLayout, lock: any DiskFile, options: LogOptions,
        resuming resumed: IdentityFile.Interruption?,
        progress: (OpenProgress) -> Void = { _ in }
    ) throws -> (host: HostDirectory, recovered: [GroupID: RecoveredGroup]) {
        let names = try IdentityFile.read(in: layout.path, on: layout.disk)
        let identity = names.identity
        if let interruption = names.interruption {
            guard interruption == resumed else {
                throw LogDeviceError(.invalid, interruption.message)
            }
        }
        if let wanted = options.cluster, wanted != identity.cluster {
            throw LogDeviceError(.invalid, "the directory belongs to another cluster")
        }
        try layout.checkParts()
        // The start before may have ended between a change of names and its flush.
        try layout.disk.synchronizeDirectory(layout.path)
        var scan = LogScan(
            disk: layout.disk, directory: layout.logDirectory, identity: identity)
        try scan.run(progress: progress)
        let snapshots = SnapshotDirectory(
            path: layout.snapshotDirectory, disk: layout.disk, identity: identity,
            options: options)
        try snapshots.reconcile(with: scan.groups.inOrder.map { .init($0) })
        let (log, entries) = try LogOpening.open(scan, options: options)
        var recovered: [GroupID: RecoveredGroup] = [:]
        for (group, head) in log.heads {
            recovered[group] = RecoveredGroup(
                name: head.name, term: head.term, vote: head.vote, snapshot: head.snapshot,
                entries: entries[group] ?? [])
            #if KHEPRI_MUTANTS
            recovered[group]?.forgetHardState()
            #endif
        }
        let host = HostDirectory(
            path: layout.path, names: names, log: log, snapshots: snapshots,
            disk: layout.disk, lock: lock)
        return (host, recovered)
    }

    /// Makes the directory if it is missing, and tells whether it has still to be filled.
    static func prepareDirectory(_ path: String, _ disk: any Disk) throws -> Bool {
        switch try disk.kind(of: path) {
        case .missing:
            try disk.makeDirectory(path)
        case .directory:
            let names = try disk.names(in: path)
            if names.contains(IdentityFile.name) { return false }
            try HostLayout.checkIsOurs(names, path: path)
        case .file, .other:
            throw LogDeviceError(.invalid, "expected a directory, found something else")
        }
        try disk.synchronizeDirectory(HostLayout.parent(of: path))
        return true
    }

    static func takeLock(_ path: String, _ disk: any Disk) throws -> any DiskFile {
        switch try disk.lock(path + "/" + HostLayout.lockName) {
        case .taken(let file): return file
        case .held(let holder):
            let process = holder.map { "process \($0)" } ?? "another process"
            throw LogDeviceError(.locked, "\(process) has the directory open")
        }
    }
}
