package import RaftCore
import RaftRuntime

extension HostDirectory {
    /// Makes a directory whose groups begin with a state each.
    ///
    /// The identity says that this is under way until everything is durable; after a crash the
    /// directory does not open, and making it again begins anew.
    /// - Parameter groups: What the groups begin with, on the host that is given.
    /// - Throws: ``LogDeviceError`` `.occupied` if there is anything in the directory.
    package static func make(
        _ path: String, disk: any Disk, options: LogOptions,
        holding groups: (MemberID) throws -> [Renewal]
    ) throws {
        do {
            let layout = HostLayout(path: path, disk: disk)
            _ = try prepareDirectory(path, disk)
            let lock = try takeLock(path, disk)
            do {
                try layout.clear()
                try layout.create(options, before: .restoration)
                let host = try open(layout, lock: lock, options: options, resuming: .restoration)
                    .host
                try host.fill(try groups(host.member))
                try host.close()
            } catch {
                try? lock.close()
                throw error
            }
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    private func fill(_ groups: [Renewal]) throws {
        for group in groups { try publish(group) }
        try log.write(LogBatch(writes: groups.flatMap(\.writes)))
        try IdentityFile.write(
            .init(identity: identity, member: member), in: path, on: disk)
    }
}

extension HostLayout {
    /// Removes what an interrupted restore has left; all other data are refused.
    fileprivate func clear() throws {
        guard try disk.names(in: path).contains(IdentityFile.name) else { return }
        guard try IdentityFile.read(in: path, on: disk).interruption == .restoration else {
            throw LogDeviceError(
                .occupied, "expected a new or empty directory, found one with data", path: path)
        }
        for part in [logDirectory, snapshotDirectory]
        where try disk.kind(of: part) == .directory {
            for name in try disk.names(in: part) { try disk.remove(part + "/" + name) }
        }
    }
}
