import RaftCore
import RaftRuntime

/// Checks a data directory that nobody has open, and changes nothing.
package struct DirectoryVerifier {
    private let layout: HostLayout
    private var findings: [StorageFinding] = []

    private init(_ layout: HostLayout) {
        self.layout = layout
    }

    /// Reads every byte of a directory, log and snapshots, and tells what is not as it should be.
    ///
    /// - Returns: Nothing for a directory without fault. What a crash leaves behind is a `.note`,
    ///   what opening makes up for a `.warning`, all else `.damage`.
    /// - Throws: ``LogDeviceError`` `.locked` while a process has the directory open, `.invalid` if
    ///   there is none, `.permission`, `.failed` if it cannot be read.
    package static func verify(_ path: String, disk: any Disk) throws -> [StorageFinding] {
        do {
            var verifier = DirectoryVerifier(HostLayout(path: path, disk: disk))
            let lock = try verifier.takeLock()
            try verifier.run()
            try lock?.close()
            return verifier.findings
        } catch {
            throw LogDeviceError(wrapping: error, path: path)
        }
    }

    private func takeLock() throws -> (any DiskFile)? {
        guard try layout.disk.kind(of: layout.path) == .directory else {
            throw LogDeviceError(.invalid, "expected a data directory")
        }
        let names = try layout.disk.names(in: layout.path)
        if !names.contains(IdentityFile.name) {
            try HostLayout.checkIsOurs(names, path: layout.path)
            guard !names.isEmpty else {
                throw LogDeviceError(.invalid, "expected a data directory, found an empty one")
            }
        }
        let path = layout.path + "/" + HostLayout.lockName
        guard try layout.disk.kind(of: path) == .file else { return nil }
        switch try layout.disk.lockSilently(path) {
        case .taken(let file): return file
        case .held(let holder):
            let process = holder.map { "process \($0)" } ?? "a process"
            throw LogDeviceError(.locked, "\(process) has the directory open")
        }
    }

    private mutating func run() throws {
        let layout = layout
        let identityPath = layout.path + "/" + IdentityFile.name
        if try layout.disk.kind(of: identityPath) == .missing {
            if try layout.isHalfMade() {
                add(.note, layout.path, nil, "a crash interrupted its making; it holds no data")
            } else {
                add(.damage, identityPath, nil, "missing though there are data")
            }
            return
        }
        guard
            let names = try attempt({ try IdentityFile.read(in: layout.path, on: layout.disk) })
        else { return }
        if let interruption = names.interruption {
            return add(.damage, identityPath, nil, interruption.message)
        }
        let identity = names.identity
        for directory in [layout.logDirectory, layout.snapshotDirectory]
        where try layout.disk.kind(of: directory) != .directory {
            add(.damage, directory, nil, "missing")
        }
        guard findings.isEmpty else { return }
        try verifyLogFiles(identity)
        let hasLogDamage = findings.contains { $0.severity == .damage }
        let snapshots = SnapshotDirectory(
            path: layout.snapshotDirectory, disk: layout.disk, identity: identity,
            options: LogOptions(randomBits: { 0 }))
        try verifySnapshotFiles(snapshots)
        if !hasLogDamage { try verifyWhole(identity, snapshots) }
    }

    // MARK: Log

    private mutating func verifyLogFiles(_ identity: HostIdentity) throws {
        var sequences: [UInt64] = []
        for name in try layout.disk.names(in: layout.logDirectory) {
            let path = layout.logDirectory + "/" + name
            switch LogFileName(name) {
            case .segment(let sequence): sequences.append(sequence)
            case .spare: break
            case .unfinished: add(.note, path, nil, "left behind by a crash")
            case nil: add(.warning, path, nil, "not a file of the log")
            }
        }
        for sequence in sequences.sorted() {
            let path = layout.logDirectory + "/" + LogFileName.segment(sequence).text
            let isNewest = sequence == sequences.max()
            try attempt(path) { verifier in
                try verifier.verifyLogFile(path, identity, sequence, isNewest: isNewest)
            }
        }
    }

    private mutating func verifyLogFile(
        _ path: String, _ identity: HostIdentity, _ sequence: UInt64, isNewest: Bool
    ) throws {
        let file = try layout.disk.open(path, .readOnly)
        let bytes = try file.readWhole(at: 0, byteCount: Int(try file.size()))
        try file.close()
        try bytes.withUnsafeBytes { bytes in
            let header = try SegmentHeader(reading: bytes)
            try header.check(identity, sequence: sequence, byteCount: UInt64(bytes.count))
            var scanner = BatchScanner(bytes, header: header)
            var isSealed = false
            while let batch = scanner.next() {
                let first = scanner.codec.record(at: batch.body.lowerBound, in: bytes)
                isSealed = first?.header.kind == RecordKind.fileEnd.rawValue
                if isSealed { break }
            }
            if !isSealed { verifyEnd(path, scanner, isNewest: isNewest) }
        }
    }

    /// Judges what follows the last whole batch of a file.
    private mutating func verifyEnd(_ path: String, _ scanner: BatchScanner, isNewest: Bool) {
        let offset = UInt64(scanner.offset)
        switch TailDiagnosis(after: scanner).verdict() {
        case .corrupt(let place, let reason): add(.damage, path, UInt64(place), reason)
        case .torn where scanner.sequence == scanner.header.firstBatchSequence:
            add(.damage, path, offset, "the group table is damaged")
        case .torn where !isNewest:
            add(.note, path, offset, "the file has no end; the next one must be without data")
        case .torn where scanner.badOffset != scanner.offset:
            add(.note, path, offset, "a batch that a crash tore; it was never acknowledged")
        case .torn: break
        }
    }

    // MARK: Snapshots

    private mutating func verifySnapshotFiles(_ snapshots: SnapshotDirectory) throws {
        for name in try layout.disk.names(in: layout.snapshotDirectory) {
            let path = snapshots.path(name)
            if SnapshotFileName.isTemporary(name) {
                add(.note, path, nil, "left behind by a crash")
            } else if let parsed = SnapshotFileName(name) {
                try attempt(path) { _ in
                    let reader = try SnapshotFileReader(opening: path, on: snapshots.disk)
                    try snapshots.check(reader, parsed)
                    try reader.verify()
                }
            } else {
                add(.warning, path, nil, "not a snapshot")
            }
        }
    }

    // MARK: All together

    /// Checks what no file tells alone: that none is missing, and that log and snapshots agree.
    private mutating func verifyWhole(
        _ identity: HostIdentity, _ snapshots: SnapshotDirectory
    ) throws {
        var scan = LogScan(
            disk: layout.disk, directory: layout.logDirectory, identity: identity)
        let isWhole: Void? = try attempt { try scan.run { _ in } }
        guard isWhole != nil else { return }
        for sequence in scan.obsolete {
            let path = layout.logDirectory + "/" + LogFileName.segment(sequence).text
            add(.note, path, nil, "not needed any more; a crash kept it from being removed")
        }
        let published = try snapshots.allNames()
        for group in scan.groups.inOrder {
            guard let finding = snapshots.missingSnapshot(of: .init(group), published) else {
                continue
            }
            findings.append(finding)
        }
    }

    // MARK: Findings

    private mutating func add(
        _ severity: StorageFinding.Severity, _ path: String, _ offset: UInt64?, _ message: String
    ) {
        findings.append(StorageFinding(severity, path: path, offset: offset, message))
    }

    /// Runs a body and turns damage into a finding; other errors end the check.
    @discardableResult
    private mutating func attempt<Result>(_ body: () throws -> Result) throws -> Result? {
        do {
            return try body()
        } catch {
            try takeOver(error, path: layout.path)
            return nil
        }
    }

    private mutating func attempt(
        _ path: String, _ body: (inout DirectoryVerifier) throws -> Void
    ) throws {
        do { try body(&self) } catch { try takeOver(error, path: path) }
    }

    private mutating func takeOver(_ error: any Error, path: String) throws {
        let error = LogDeviceError(wrapping: error, path: path)
        switch error.code {
        case .corrupt, .invalid:
            add(.damage, error.path ?? path, nil, error.message)
        default: throw error
        }
    }
}
