import RaftCore
import RaftRuntime

extension HostDirectory {
    /// What was done about a damaged directory.
    package struct Quarantine: Sendable {
        /// What is wrong.
        package let findings: [StorageFinding]
        /// Where the files are now.
        package let directory: String
    }

    /// Puts the files of a damaged directory aside, and makes it an empty one of the same host.
    ///
    /// The host is another member from then on: it has forgotten what it voted for and acknowledged. The
    /// directory remembers who it was, so that the others can let it take its former place.
    ///
    /// Nothing is removed. After a crash the directory lacks a part, and this goes on where it was.
    /// - Parameter options: The cluster it must belong to, if its identity cannot be read.
    /// - Returns: nil if nothing is damaged.
    /// - Throws: ``LogDeviceError``.
    package static func quarantine(
        _ path: String, disk: any Disk, options: LogOptions
    ) throws -> Quarantine? {
        do {
            guard try disk.kind(of: path) == .directory,
                try disk.names(in: path).contains(IdentityFile.name)
            else { return nil }
            let findings = try DirectoryVerifier.verify(path, disk: disk)
                .filter { $0.severity == .damage }
            guard !findings.isEmpty else { return nil }
            let lock = try takeLock(path, disk)
            defer { try? lock.close() }
            let layout = HostLayout(path: path, disk: disk)
            let directory = try layout.putAside()
            try layout.createSuccessor(options)
            return Quarantine(findings: findings, directory: directory)
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }
}

extension HostLayout {
    static let quarantinePrefix = "quarantine-"

    /// Moves the files of log and snapshots into a directory of their own, with a copy of the identity.
    ///
    /// First the identity says so: a log that lacks some of its files must not be taken for a whole one.
    fileprivate func putAside() throws -> String {
        var number = 1
        while try disk.kind(of: quarantine(number)) != .missing { number += 1 }
        let directory = quarantine(number)
        try disk.makeDirectory(directory)
        try copyIdentity(to: directory)
        try disk.synchronizeDirectory(path)
        if var names = try readableIdentity() {
            names.interruption = .quarantine
            try IdentityFile.write(names, in: path, on: disk)
        }
        for part in [Self.logName, Self.snapshotsName] {
            try moveFiles(of: path + "/" + part, to: directory + "/" + part)
        }
        return directory
    }

    private func moveFiles(of source: String, to target: String) throws {
        guard try disk.kind(of: source) == .directory else { return }
        try disk.makeDirectory(target)
        // What is moved into a directory that a crash forgets would be gone.
        try disk.synchronizeDirectory(Self.parent(of: target))
        for name in try disk.names(in: source) {
            try disk.rename(source + "/" + name, to: target + "/" + name)
        }
        try disk.synchronizeDirectory(target)
        try disk.synchronizeDirectory(source)
    }

    private func copyIdentity(to directory: String) throws {
        let source = try disk.open(path + "/" + IdentityFile.name, .readOnly)
        let bytes = try source.readWhole(at: 0, byteCount: Int(try source.size()))
        try source.close()
        let copy = try disk.open(directory + "/" + IdentityFile.name, .create)
        try bytes.withUnsafeBytes { try copy.writeAll($0, at: 0) }
        try copy.flush()
        try copy.close()
        try disk.synchronizeDirectory(directory)
    }

    /// The identity, unless it is what is damaged.
    private func readableIdentity() throws -> IdentityFile.Contents? {
        do {
            return try IdentityFile.read(in: path, on: disk)
        } catch let error as LogDeviceError where error.code == .corrupt {
            return nil
        }
    }

    private func quarantine(_ number: Int) -> String {
        "\(path)/\(Self.quarantinePrefix)\(number)"
    }

    /// Makes the parts again, and the identity of a member that was another one before.
    fileprivate func createSuccessor(_ options: LogOptions) throws {
        var options = options
        let names = try readableIdentity()
        options.cluster = names?.identity.cluster ?? options.cluster
        options.node = names?.member.node ?? options.node
        guard options.cluster != nil else {
            throw LogDeviceError(.corrupt, "nobody knows which cluster the directory belongs to")
        }
        try create(options, succeeding: names?.member)
    }
}
