#if KHEPRI_MUTANTS
import RaftCore
import RaftRuntime

/// A disk whose user forgets something: what is forgotten is not passed on.
final class BuggyDisk: Disk {
    private let disk: any Disk
    private let mutant: Mutant

    private init(_ disk: any Disk, _ mutant: Mutant) {
        self.disk = disk
        self.mutant = mutant
    }

    /// The disk with the bug of this process.
    static func around(_ disk: any Disk) -> any Disk {
        switch Mutant.chosen {
        case .forgetsFlush?, .forgetsDirectory?, .publishesUnflushed?:
            BuggyDisk(disk, Mutant.chosen ?? .forgetsFlush)
        default: disk
        }
    }

    func open(_ path: String, _ mode: DiskOpenMode) throws -> any DiskFile {
        let file = try disk.open(path, mode)
        let isForgotten =
            switch mutant {
            case .forgetsFlush: path.contains("/log/")
            case .publishesUnflushed: path.contains("/snapshots/")
            default: false
            }
        return isForgotten ? UnflushedFile(file) : file
    }

    func synchronizeDirectory(_ path: String) throws {
        if mutant != .forgetsDirectory { try disk.synchronizeDirectory(path) }
    }

    func rename(_ source: String, to target: String) throws {
        try disk.rename(source, to: target)
    }

    func remove(_ path: String) throws { try disk.remove(path) }

    func names(in directory: String) throws -> [String] { try disk.names(in: directory) }

    func makeDirectory(_ path: String) throws { try disk.makeDirectory(path) }

    func kind(of path: String) throws -> DiskItemKind { try disk.kind(of: path) }

    func lock(_ path: String) throws -> DiskLock { try disk.lock(path) }

    func lockSilently(_ path: String) throws -> DiskLock { try disk.lockSilently(path) }

    func freeBytes(at directory: String) throws -> UInt64 { try disk.freeBytes(at: directory) }
}

/// A file that is never flushed.
private final class UnflushedFile: DiskFile {
    private let file: any DiskFile

    init(_ file: any DiskFile) { self.file = file }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
        try file.read(into: buffer, at: offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws -> Int {
        try file.write(bytes, at: offset)
    }

    func flush() throws {}

    func resize(to size: UInt64) throws { try file.resize(to: size) }

    func size() throws -> UInt64 { try file.size() }

    func close() throws { try file.close() }
}

extension RecoveredGroup {
    /// Leaves of term and vote what the entries tell.
    mutating func forgetHardState() {
        guard Mutant.chosen == .forgetsHardState else { return }
        term = max(entries.last?.term ?? .zero, snapshot?.term ?? .zero)
        vote = nil
    }
}
#endif
