import RaftCore
import RaftRuntime

/// Where the parts of a data directory are, and how it is made.
struct HostLayout {
    static let logName = "log"
    static let snapshotsName = "snapshots"
    static let lockName = "lock"

    let path: String
    let disk: any Disk

    var logDirectory: String { path + "/" + Self.logName }
    var snapshotDirectory: String { path + "/" + Self.snapshotsName }

    /// Makes the parts, the identity last; goes over what a crash left half made.
    ///
    /// - Parameters:
    ///   - former: Who the host was, if it was another member before.
    ///   - interruption: What has still to be done before the directory can be used.
    func create(
        _ options: LogOptions, succeeding former: MemberID? = nil,
        before interruption: IdentityFile.Interruption? = nil
    ) throws {
        try removeHalfMade()
        let identity = HostIdentity(
            cluster: options.cluster ?? Self.newIdentifier(options),
            incarnation: Self.newIdentifier(options))
        for directory in [logDirectory, snapshotDirectory]
        where try disk.kind(of: directory) == .missing {
            try disk.makeDirectory(directory)
        }
        try LogOpening.create(
            disk: disk, directory: logDirectory, options: options, identity: identity)
        try disk.synchronizeDirectory(path)
        let member = MemberID(node: options.node, incarnation: identity.incarnation)
        try IdentityFile.write(
            .init(
                identity: identity, member: member, interruption: interruption, former: former),
            in: path, on: disk)
    }

    /// Checks that log and snapshots are there.
    func checkParts() throws {
        for directory in [logDirectory, snapshotDirectory]
        where try disk.kind(of: directory) != .directory {
            throw LogDeviceError(
                .invalid, "a part of the data directory is missing", path: directory)
        }
    }

    /// Refuses a directory without identity that holds anything but what a crash can leave.
    static func checkIsOurs(_ names: [String], path: String) throws {
        let known = [
            lockName, logName, snapshotsName,
            IdentityFile.temporaryName, "lost+found",
        ]
        let isForeign = { (name: String) in
            !known.contains(name) && !name.utf8.starts(with: quarantinePrefix.utf8)
        }
        guard let foreign = names.first(where: isForeign) else { return }
        throw LogDeviceError(
            .invalid, "expected an empty directory or a data directory, found \(foreign)",
            path: path)
    }

    /// The directory that a path is in.
    static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether a directory without identity is one whose making was interrupted.
    ///
    /// The identity comes last and nothing is written before it, so such a directory holds no data; a
    /// log that does has lost its identity.
    func isHalfMade() throws -> Bool {
        if try disk.kind(of: snapshotDirectory) == .directory {
            guard try disk.names(in: snapshotDirectory).isEmpty else { return false }
        }
        guard try disk.kind(of: logDirectory) == .directory else { return true }
        return try disk.names(in: logDirectory).allSatisfy { name in
            guard case .segment(let sequence) = LogFileName(name) else { return true }
            return try sequence == 1 && isWithoutData(logDirectory + "/" + name)
        }
    }

    /// Removes the files of a directory whose making was interrupted.
    private func removeHalfMade() throws {
        guard try isHalfMade() else {
            throw LogDeviceError(
                .invalid, "the file \(IdentityFile.name) is missing though there are data",
                path: path)
        }
        guard try disk.kind(of: logDirectory) == .directory else { return }
        for name in try disk.names(in: logDirectory) {
            try disk.remove(logDirectory + "/" + name)
        }
    }

    /// Whether a first file of a log holds its empty group table and nothing else.
    private func isWithoutData(_ path: String) throws -> Bool {
        let file = try disk.open(path, .readOnly)
        let bytes = try file.readWhole(at: 0, byteCount: Int(try file.size()))
        try file.close()
        return try bytes.withUnsafeBytes { bytes in
            var scanner = BatchScanner(bytes, header: try SegmentHeader(reading: bytes))
            guard scanner.next() != nil else { return false }
            return scanner.next() == nil && TailDiagnosis(after: scanner).verdict() == .torn
        }
    }

    private static func newIdentifier(_ options: LogOptions) -> Identifier128 {
        Identifier128(high: options.randomBits(), low: options.randomBits())
    }
}
